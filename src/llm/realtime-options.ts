import type { z } from 'zod';
import {
  addressShape,
  type EngineFacts,
  keyShape,
  OPENAI_BASE_URL,
  OPENAI_HOSTS,
  waitShape,
  type Zod,
} from '../vendor/index.js';

/** Engines of speech-to-speech stand in the same section as models of text, so that one name says who thinks. */
export const REALTIME_TYPE = 'openai-realtime';

export function isRealtimeType(type: string): boolean {
  return type === REALTIME_TYPE;
}

/**
 * Options of `type: openai-realtime`, read by the room `realtime`.
 *
 * @source openai-node 7b7d6ca resources/realtime/realtime.ts: RealtimeSessionCreateRequest, RealtimeAudioConfig
 */
export function realtimeShape(zod: Zod) {
  return zod.strictObject({
    type: zod.literal(REALTIME_TYPE),
    /** A server that speaks the same protocol, `wss:` or `https:`; `/realtime` is added where the path does not end with it. */
    baseUrl: addressShape(zod, OPENAI_BASE_URL, /^(https?|wss?):$/),
    apiKey: keyShape(zod),
    model: zod.string().min(1).default('gpt-realtime'),
    voice: zod.string().min(1).default('marin'),
    /** 0.25 to 1.5; cannot change within an answer. */
    speed: zod.number().min(0.25).max(1.5).default(1),
    /** Who hears where a turn ends: our own hearing, or the server, by loudness or by meaning. */
    turnDetection: zod.enum(['none', 'server_vad', 'semantic_vad']).default('none'),
    /** Model that writes down what the user said; '' for none. */
    transcription: zod.string().default('gpt-4o-mini-transcribe'),
    /** BCP 47 primary language of the user, such as `ja`, for the transcription; undefined: it finds out. */
    language: zod
      .string()
      .regex(/^[a-z]{2,3}$/, { message: 'expected a language such as ja or en' })
      .optional(),
    /** What lies in front of the microphone; `none` where our own hearing takes care. */
    noiseReduction: zod.enum(['none', 'near_field', 'far_field']).default('none'),
    maxTokens: zod.number().int().min(1).max(4096).optional(),
    /** `beta`: the older form of settings and header, for servers that know no other. Names of events of both are understood. */
    dialect: zod.enum(['ga', 'beta']).default('ga'),
    /** Sent when the connection is opened, such as `api-key` for Azure. */
    headers: zod.record(zod.string(), zod.string()).default({}),
    /** A new connection takes over after so many minutes; the vendor ends them after 60. */
    maxSessionMinutes: zod.number().min(1).max(1440).default(55),
    ...waitShape(zod),
  });
}

export type RealtimeOptions = z.infer<ReturnType<typeof realtimeShape>>;

export const REALTIME_FACTS: EngineFacts = {
  description: 'OpenAI Realtime: hears, thinks and speaks by itself, sound in and sound out',
  schema: realtimeShape,
  keyEnv: 'OPENAI_API_KEY',
  keyHosts: OPENAI_HOSTS,
  isOpenElsewhere: true,
  needsKey: true,
};
