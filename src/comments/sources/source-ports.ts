import type { Clock, Random } from '../../runtime/index.js';
import type { CommentFacts } from '../comment.js';
import type { ParseComments } from '../comment-parser.js';
import type { OpenSocket } from './chat-socket.js';

/** What sources take from the machine. */
export interface SourcePorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly fetch: typeof globalThis.fetch | undefined;
  readonly openSocket: OpenSocket | undefined;
  readonly parse: ParseComments;
  /** 1 to 4000. */
  readonly maxLetters: number;
}

/** What `commentFrom` needs of a source, besides the time of day; ids are counted from 1. */
export function factsOf(name: string, { clock, maxLetters }: SourcePorts): () => CommentFacts {
  let count = 0;
  // Beside the platform's own ids a counted one must not be taken for one of an earlier run.
  const startedMs = clock.wallMs();
  const newId = (): string => `${startedMs}-${++count}`;
  return () => ({ source: name, wallMs: clock.wallMs(), newId, maxLetters });
}
