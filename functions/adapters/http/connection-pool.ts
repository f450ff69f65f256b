import type { Agent, IncomingHttpHeaders } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Clock } from "#core/shared/clock.ts";
import { makeIdleLimits, maxIdleMs } from "./idle-limits.ts";
import { parseKeepAlive } from "./keep-alive.ts";

/** Within this time the event loop has surely run, and would have seen that the server closed. */
const freshMs = 1_000;
/** How long the process must run to believe that a connection is open: TCP keep-alive probes it every second. */
const observeMs = 3_000;

/** Webhooks have as many origins as apps wish, and a process may have 1,024 files open. */
const maxIdleConnections = 256;
const maxProbes = 64;

/**
 * Resolves once the process has seen what the kernel had received before, such as a server's FIN or RST: the process may have
 * been frozen or busy. The first turn of the event loop may end without asking the kernel; the second asks it.
 */
export const readArrivals = async (): Promise<void> => {
  await nextTurn();
  await nextTurn();
};

interface Connection {
  readonly socket: Socket;
  readonly origin: string;
  /** Undefined while a request uses it. */
  idleSince: number | undefined;
  /**
   * When the reader of its last response left before the end. The end may be read late, after a freeze: the age of the connection
   * counts from here, and what is learned about the server from `idleSince`, so that both err to the safe side.
   */
  leftAt: number | undefined;
  /** When a close by the server would last have been seen. */
  checkedAt: number;
  /** How long it was idle before its current request. */
  idleMsBefore: number;
  requestsLeft: number;
  closedHere: boolean;
}

export interface ConnectionPool {
  /** Resolves to the agent once it offers only connections to this origin that its server surely keeps open. */
  ready(origin: string): Promise<Agent>;
  /** A request got this connection. */
  assigned(origin: string, socket: Socket): void;
  /** The server responded on it. */
  responded(socket: Duplex, headers: IncomingHttpHeaders): void;
  /** The reader of its response left before the end. */
  left(socket: Duplex): void;
  /** It was reused, and no response came. */
  broke(socket: Duplex): void;
  /** Closes the idle connections to this origin. */
  closeIdle(origin: string): void;
}

/**
 * Decides which idle connections of an agent are used again. Idle time counts by the clock, not by timers: Lambda freezes the
 * process between invocations, no timer runs, and a connection that the server has closed looks open.
 *
 * A connection that is too old to be used is kept aside as a probe, one per origin. It carries no request, and shows how long
 * the server keeps connections.
 */
export const makeConnectionPool = (agent: Agent, clock: Clock): ConnectionPool => {
  const limits = makeIdleLimits(clock);
  const connections = new WeakMap<Duplex, Connection>();
  /** Those that the agent offers, oldest first; the agent takes the newest. */
  const idle = new Set<Connection>();
  const probes = new Map<string, Connection>();
  let sweptAt = Number.NEGATIVE_INFINITY;

  const idleMsOf = ({ idleSince = Number.POSITIVE_INFINITY }: Connection): number => clock.now() - idleSince;
  /** The wall clock may also be set back: then nothing is known. */
  const isOlderThan = (connection: Connection, ms: number): boolean => {
    const { idleSince = Number.POSITIVE_INFINITY, leftAt = idleSince } = connection;
    const age = clock.now() - leftAt;
    return age < 0 || age > ms;
  };
  const idleTo = (origin: string): Connection[] =>
    [...idle].filter((connection) => connection.origin === origin);

  const close = (connection: Connection): void => {
    connection.closedHere = true;
    idle.delete(connection);
    connection.socket.destroy();
  };

  const keep = agent.keepSocketAlive.bind(agent);
  agent.keepSocketAlive = (socket) => {
    const connection = connections.get(socket);
    if (!connection || connection.requestsLeft < 1) return false;
    connection.idleSince = clock.now();
    connection.checkedAt = connection.idleSince;
    idle.add(connection);
    const [oldest = connection] = idle;
    if (idle.size > maxIdleConnections) close(oldest);
    return keep(socket);
  };
  const reuse = agent.reuseSocket.bind(agent);
  agent.reuseSocket = (socket, request) => {
    const connection = connections.get(socket);
    if (connection) {
      idle.delete(connection);
      connection.idleMsBefore = idleMsOf(connection);
      connection.idleSince = undefined;
      connection.leftAt = undefined;
    }
    reuse(socket, request);
  };

  const onClose = (connection: Connection): void => {
    idle.delete(connection);
    if (probes.get(connection.origin) === connection) probes.delete(connection.origin);
    if (connection.closedHere || connection.idleSince === undefined) return;
    limits.seenClosed(connection.origin, idleMsOf(connection));
  };

  /** Learns from a connection that no request uses, until it is closed or old. */
  const observe = async (probe: Connection): Promise<void> => {
    const closed = new AbortController();
    probe.socket.once("close", () => closed.abort());
    while (!isOlderThan(probe, maxIdleMs)) {
      const startedAt = clock.now();
      await clock.sleep(observeMs, closed.signal);
      if (closed.signal.aborted) return;
      // If the process was frozen, it wakes late, and may not have heard from the server yet.
      if (clock.now() - startedAt < 2 * observeMs) limits.seenOpen(probe.origin, idleMsOf(probe));
    }
    close(probe);
  };

  /** Takes a connection away from the agent without closing it. The agent has no call for this. */
  const takeOut = ({ socket }: Connection): void => {
    for (const free of Object.values(agent.freeSockets)) {
      const index = free?.indexOf(socket) ?? -1;
      if (index >= 0) free?.splice(index, 1);
    }
  };

  const setAside = (connection: Connection): void => {
    const hasProbe = probes.has(connection.origin) || probes.size >= maxProbes;
    if (hasProbe || isOlderThan(connection, maxIdleMs)) {
      close(connection);
      return;
    }
    idle.delete(connection);
    takeOut(connection);
    probes.set(connection.origin, connection);
    void observe(connection);
  };

  /** Connections to origins that are no longer called. */
  const sweep = (): void => {
    if (Math.abs(clock.now() - sweptAt) < freshMs) return;
    sweptAt = clock.now();
    for (const connection of idle) if (isOlderThan(connection, maxIdleMs)) close(connection);
  };

  return {
    ready: async (origin) => {
      sweep();
      while (idleTo(origin).some(({ checkedAt }) => Math.abs(clock.now() - checkedAt) > freshMs)) {
        await readArrivals();
        for (const connection of idleTo(origin)) connection.checkedAt = clock.now();
      }
      // From here to the request nothing is awaited.
      const limitMs = limits.limitMs(origin);
      for (const connection of idleTo(origin).reverse()) {
        // The server has closed its side, and the socket is still closing.
        if (!connection.socket.writable || connection.socket.readableEnded) {
          idle.delete(connection);
          connection.socket.destroy();
        } else if (isOlderThan(connection, limitMs)) {
          setAside(connection);
        }
      }
      return agent;
    },

    assigned: (origin, socket) => {
      if (connections.has(socket)) return;
      const connection: Connection = {
        socket,
        origin,
        idleSince: undefined,
        leftAt: undefined,
        checkedAt: clock.now(),
        idleMsBefore: 0,
        requestsLeft: Number.POSITIVE_INFINITY,
        closedHere: false,
      };
      connections.set(socket, connection);
      socket.once("close", () => onClose(connection));
    },

    responded: (socket, headers) => {
      const connection = connections.get(socket);
      const header = headers["keep-alive"];
      if (!connection) return;
      const { timeoutMs, maxRequests = Number.POSITIVE_INFINITY } = parseKeepAlive(String(header ?? ""));
      connection.requestsLeft = Math.min(connection.requestsLeft, maxRequests) - 1;
      if (timeoutMs !== undefined) limits.announced(connection.origin, timeoutMs);
    },

    left: (socket) => {
      const connection = connections.get(socket);
      if (connection) connection.leftAt = clock.now();
    },

    broke: (socket) => {
      const connection = connections.get(socket);
      if (connection) limits.seenClosed(connection.origin, connection.idleMsBefore);
    },

    closeIdle: (origin) => {
      for (const connection of idleTo(origin)) close(connection);
    },
  };
};
