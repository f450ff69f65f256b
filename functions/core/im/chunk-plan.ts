/**
 * How the text after a checkpoint is cut into chunks: the first has `first` characters (UTF-16 code units), the second `next`,
 * and each further one `growth` more. The number of chunks that the IM has accepted then says how much text they had, and only a checkpoint every
 * few seconds needs to be stored (docs/adr/0024-a-worker-that-dies.md).
 */
export interface ChunkPlan {
  readonly first: number;
  readonly next: number;
  readonly growth: number;
}

/** The number of characters of the nth chunk, from 1. */
export const plannedLength = ({ first, next, growth }: ChunkPlan, n: number): number =>
  n === 1 ? first : next + (n - 2) * growth;

/** The rate of the text is not known yet: the growing chunks catch up with a fast model. */
export const firstPlan: ChunkPlan = { first: 8, next: 16, growth: 8 };
/** Of chunks that only keep a message alive. */
export const emptyPlan: ChunkPlan = { first: 0, next: 0, growth: 0 };

/** How much text there was since the last plan, in characters. */
export interface TextFlow {
  readonly sent: number;
  readonly waiting: number;
  /** Number of chunks that could be sent in this time. */
  readonly chunks: number;
}

/** In characters. After a pause of the model its rate is not known. */
const minChunk = 8;

/** The plan for text that goes on at the same rate. The first chunk can be sent at once. */
export const planFor = ({ sent, waiting, chunks }: TextFlow): ChunkPlan => {
  const next = Math.max(Math.ceil((sent + waiting) / chunks), minChunk);
  return { first: Math.min(next, waiting), next, growth: Math.max(1, Math.floor(next / 12)) };
};

const isHighSurrogate = (code: number): boolean => code >= 0xd800 && code <= 0xdbff;

/** The length of the nth chunk (from 1) at `from`, which never splits a character; undefined if the text is too short. */
const lengthOfChunk = (text: string, from: number, plan: ChunkPlan, n: number): number | undefined => {
  const planned = plannedLength(plan, n);
  const end = from + planned;
  const length = planned > 0 && isHighSurrogate(text.charCodeAt(end - 1)) ? planned + 1 : planned;
  return from + length > text.length ? undefined : length;
};

/** The length of the nth chunk of the waiting text; undefined if more text must arrive first. */
export const chunkLength = (waiting: string, plan: ChunkPlan, n: number): number | undefined =>
  lengthOfChunk(waiting, 0, plan, n);

/** Where the first `chunks` chunks after `from` end; undefined if the text is shorter. */
export const endOfChunks = (
  text: string,
  from: number,
  plan: ChunkPlan,
  chunks: number,
): number | undefined => {
  let end = from;
  for (let n = 1; n <= chunks; n += 1) {
    const length = lengthOfChunk(text, end, plan, n);
    if (length === undefined) return undefined;
    end += length;
  }
  return end;
};
