import { waitShape, type Zod } from '../../vendor/index.js';

/** From the request to the first byte, at a vendor's: a model that thinks first says nothing meanwhile. */
const CLOUD_FIRST_BYTE_MS = 20_000;
/** The same for a server that may have to load the model first. */
export const LOCAL_FIRST_BYTE_MS = 120_000;

/** Options that all models share. */
export function chatShape(zod: Zod, firstByteMs = CLOUD_FIRST_BYTE_MS) {
  return {
    /** Left out: none is sent, and the model's own counts; models that reason take none at all. */
    temperature: zod.number().min(0).max(2).optional(),
    /** Whether it is given images. */
    vision: zod.boolean().default(true),
    /** Whether it is told of tools. */
    tools: zod.boolean().default(true),
    /** Merged into the body of every request, for what the vendor has and this list has not. */
    extraBody: zod.record(zod.string(), zod.unknown()).optional(),
    ...waitShape(zod, firstByteMs),
  };
}

/** The longest answer, in tokens, where the vendor need not be told. */
export function maxTokensShape(zod: Zod) {
  return zod.number().int().min(1).max(1_000_000);
}
