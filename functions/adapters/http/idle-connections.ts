import type { Duplex } from "node:stream";
import type { Clock } from "#core/shared/clock.ts";

/** Of a server of which nothing is known: Node's closes idle connections after 5 s. */
const firstLimitMs = 4_000;
/** RongCloud closes them before 55 s, and most proxies after 60 s. */
const maxLimitMs = 50_000;
/** A request that is sent when the server closes the connection fails, and may have been read. */
const marginMs = 1_000;
/** A timer that fires this late did so after the process was frozen: then an open connection proves nothing. */
const maxLateMs = 500;
/** How long idle connections are watched for, to learn whether the server keeps them. */
const usualProbesMs = [10_000, 20_000, 35_000, 51_000];
/** Servers that are remembered. */
const maxServers = 500;

interface KnownServer {
  /** Connections that were idle for this long were still open. */
  readonly heldMs: number;
  /** The server said that it closes them, or was seen to, after this time. */
  readonly closedMs: number;
}
const unknownServer: KnownServer = { heldMs: 0, closedMs: Number.POSITIVE_INFINITY };

const keepAliveTimeout = /(?:^|[\s,;])timeout\s*=\s*"?(\d{1,6})/i;

/** The `timeout` of a `Keep-Alive` header, in milliseconds. */
export const timeoutIn = (header: string): number | undefined => {
  const [, seconds] = keepAliveTimeout.exec(header) ?? [];
  return seconds === undefined ? undefined : Number(seconds) * 1000;
};

/**
 * Decides which idle connections may be used again. Each server's own limit is learned: from its `Keep-Alive` header, by how
 * long its connections stay open, and by when it closes them. Idle time counts by the clock, so that a connection is old after
 * the process was frozen.
 */
export interface IdleConnections {
  /** A response of the server came on this connection. */
  onResponse(origin: string, socket: Duplex, keepAlive: unknown): void;
  onIdle(socket: Duplex): void;
  onUsed(socket: Duplex): void;
  isUsable(socket: Duplex): boolean;
}

export const makeIdleConnections = (clock: Clock, probesMs = usualProbesMs): IdleConnections => {
  const servers = new Map<string, KnownServer>();
  const origins = new WeakMap<Duplex, string>();
  const idle = new WeakMap<Duplex, { readonly since: number; stop: () => void }>();

  const learn = (origin: string, fact: Partial<KnownServer>): void => {
    servers.set(origin, { ...(servers.get(origin) ?? unknownServer), ...fact });
    const [oldest] = servers.keys();
    if (servers.size > maxServers && oldest !== undefined) servers.delete(oldest);
  };
  const knownOf = (socket: Duplex): KnownServer => servers.get(origins.get(socket) ?? "") ?? unknownServer;
  const limitOf = (socket: Duplex): number => {
    const { heldMs, closedMs } = knownOf(socket);
    return Math.min(Math.max(firstLimitMs, heldMs - marginMs), closedMs - marginMs, maxLimitMs);
  };

  /** Looks at a connection from time to time until it is used or closed. */
  const watch = (socket: Duplex, origin: string, since: number): (() => void) => {
    let timer: NodeJS.Timeout | undefined;
    const probe = ([nextMs, ...laterMs]: readonly number[]): void => {
      if (nextMs === undefined) return;
      timer = setTimeout(
        () => {
          if (socket.destroyed || clock.now() - since - nextMs > maxLateMs) return;
          const { heldMs, closedMs } = knownOf(socket);
          // A connection that closed sooner did so because the server restarted.
          const stillClosedMs = closedMs > nextMs ? closedMs : Number.POSITIVE_INFINITY;
          learn(origin, { heldMs: Math.max(heldMs, nextMs), closedMs: stillClosedMs });
          probe(laterMs);
        },
        since + nextMs - clock.now(),
      );
      timer.unref();
    };
    // The server closes it; Node's agent does so without this event.
    const onEnd = (): void => {
      clearTimeout(timer);
      const { heldMs, closedMs } = knownOf(socket);
      const ageMs = clock.now() - since;
      learn(origin, { heldMs: Math.min(heldMs, ageMs), closedMs: Math.min(closedMs, ageMs) });
    };
    socket.once("end", onEnd);
    probe(probesMs.filter((ms) => ms > knownOf(socket).heldMs));
    return () => {
      clearTimeout(timer);
      socket.off("end", onEnd);
    };
  };

  return {
    onResponse: (origin, socket, keepAlive) => {
      origins.set(socket, origin);
      const timeoutMs = timeoutIn(String(keepAlive));
      if (timeoutMs !== undefined) learn(origin, { heldMs: timeoutMs, closedMs: timeoutMs });
    },
    onIdle: (socket) => {
      const since = clock.now();
      idle.set(socket, { since, stop: watch(socket, origins.get(socket) ?? "", since) });
    },
    onUsed: (socket) => {
      idle.get(socket)?.stop();
      idle.delete(socket);
    },
    isUsable: (socket) => {
      const { since = 0 } = idle.get(socket) ?? {};
      return clock.now() - since <= limitOf(socket);
    },
  };
};
