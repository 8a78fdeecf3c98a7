import { waitShape, type Zod } from '../../vendor/index.js';

interface Waits {
  /** From the request to the first byte, milliseconds. */
  readonly firstByteMs: number;
  /** Between two pieces of the answer, milliseconds; thoughts that are not shown are silence. */
  readonly idleMs: number;
}

const CLOUD_WAITS: Waits = { firstByteMs: 20_000, idleMs: 20_000 };
/** A server of one's own may have to load the model first, and then reads the conversation as fast as the machine can. */
export const LOCAL_WAITS: Waits = { firstByteMs: 120_000, idleMs: 60_000 };

/** Options that all models share. */
export function chatShape(zod: Zod, { firstByteMs, idleMs } = CLOUD_WAITS) {
  return {
    /** Left out: none is sent, and the model's own counts; models that reason take none at all. */
    temperature: zod.number().min(0).max(2).optional(),
    /** Whether it is given images. */
    vision: zod.boolean().default(true),
    /** Whether it is told of tools. */
    tools: zod.boolean().default(true),
    /** Merged into the body of every request, for what the vendor has and this list has not. */
    extraBody: zod.record(zod.string(), zod.unknown()).optional(),
    ...waitShape(zod, firstByteMs, idleMs),
  };
}

/** The longest answer, in tokens, where the vendor need not be told. */
export function maxTokensShape(zod: Zod) {
  return zod.number().int().min(1).max(1_000_000);
}
