import type { z } from 'zod';
import { type EngineRow, keyShape, urlShape, waitShape, type Zod } from '../../../vendor/index.js';
import { PLACEHOLDERS, unknownPlaceholders } from './template.js';

const pointer = (zod: Zod) =>
  zod.string().regex(/^(\/[^/]*)+$/, { message: 'expected a JSON pointer such as /generatedVoice/url' });

const templates = (zod: Zod) =>
  zod.record(zod.string().regex(/^[\w-]+$/), zod.union([zod.string(), zod.number(), zod.boolean()]));

const timings = (zod: Zod) =>
  zod.strictObject({
    /** Where the list of objects is. */
    pointer: pointer(zod),
    kind: zod.enum(['phonemes', 'words', 'characters']),
    /** Fields of each object. */
    text: zod.string().min(1).default('text'),
    start: zod.string().min(1).default('start'),
    end: zod.string().min(1).default('end'),
    unit: zod.enum(['s', 'ms']).default('s'),
    /** What the names of phonemes are; `lip` are those of VOICEVOX, Julius, Open JTalk and ARPAbet. */
    alphabet: zod.enum(['lip', 'espeak', 'espeakJa', 'ipa']).default('lip'),
    /** Whether they are the engine's own and not estimated. */
    isExact: zod.boolean().default(true),
  });

const schema = (zod: Zod) =>
  zod
    .strictObject({
      type: zod.literal('http'),
      /** A template; `{{voice}}` and others in it are written as a part of an address. */
      url: zod.string().refine((text) => /^https?:\/\/[^/?#@\s{}]+([/?#]|$)/i.test(text), {
        message:
          'expected an address that begins with http:// or https:// and a host, without user and placeholders in it',
      }),
      method: zod.enum(['GET', 'POST', 'PUT']).default('POST'),
      headers: templates(zod).default({}),
      query: templates(zod).default({}),
      /** An object is sent as JSON; a text as it is, its placeholders written as its content type needs. */
      body: zod.union([zod.string(), zod.record(zod.string(), zod.json())]).optional(),
      /** @default application/json for an object, and for a text that begins as JSON */
      contentType: zod
        .string()
        .regex(/^[\w.+-]+\/[\w.+-]+(;.*)?$/)
        .optional(),
      apiKey: keyShape(zod),
      voice: zod.string().min(1).optional(),
      language: zod.string().min(2).optional(),
      /** Languages that it speaks, BCP 47 without region; none: any. */
      languages: zod.array(zod.string().min(2)).default([]),
      /** Multiplied with the request's. */
      speed: zod.number().min(0.25).max(4).default(1),
      /** Where the sound is: the answer itself, a place in its JSON with base64, or one with an address to get it from. */
      audio: zod
        .union([
          zod.literal('body'),
          zod.strictObject({ base64: pointer(zod) }),
          zod.strictObject({ url: pointer(zod) }),
        ])
        .default('body'),
      /** `file` tells itself: WAV, MP3, Ogg Vorbis or Opus, FLAC. `pcm:24000` is bare s16le mono of that rate. */
      format: zod
        .string()
        .regex(/^(file|pcm:\d{4,6})$/, { message: 'expected file, or pcm and its rate such as pcm:24000' })
        .default('file'),
      /** What MP3 and other compressed sound is decoded to; a WAV keeps its own rate. */
      sampleRateHz: zod.number().int().min(4000).max(192_000).default(24_000),
      timings: timings(zod).optional(),
      /** What must be shown where it is heard. */
      credit: zod.string().min(1).optional(),
      /** Where its voices are listed, or the list itself. */
      voices: zod
        .union([
          zod.array(
            zod.strictObject({
              id: zod.string().min(1),
              name: zod.string().min(1).optional(),
              languages: zod.array(zod.string()).default([]),
            }),
          ),
          zod.strictObject({
            url: urlShape(zod),
            /** Of the list. */
            pointer: zod.union([pointer(zod), zod.literal('')]).default(''),
            /** Fields of each entry. */
            id: zod.string().min(1).default('id'),
            name: zod.string().min(1).default('name'),
          }),
        ])
        .default([]),
      ...waitShape(zod, 30_000),
    })
    .superRefine((options, context) => {
      const { url, headers, query, body } = options;
      for (const name of unknownPlaceholders([url, headers, query, body]))
        context.addIssue({
          code: 'custom',
          message: `no placeholder {{${name}}}; there are ${Object.keys(PLACEHOLDERS).join(', ')}`,
        });
      if (options.timings !== undefined && options.audio === 'body')
        context.addIssue({
          code: 'custom',
          message: 'timings come out of JSON: audio must be base64 or url',
        });
      if (options.method === 'GET' && body !== undefined)
        context.addIssue({ code: 'custom', message: 'a GET has no body: use query' });
    });

export type HttpOptions = z.output<ReturnType<typeof schema>>;
export type TimingOptions = NonNullable<HttpOptions['timings']>;

export const HTTP_ROW = {
  description: 'Any engine behind HTTP, described by its address, headers, body and where the sound is',
  schema,
  keyEnv: undefined,
  needsKey: false,
} satisfies EngineRow;
