import { z } from 'zod';
import { openSound, wavFile, wholeSound } from '../../audio/index.js';
import { RequestError } from '../../runtime/index.js';
import { answerJson, streamBody } from '../../server/index.js';
import { SpokenText } from '../parts.js';
import { type RestPorts, type Route, route, soundRoute } from './route.js';

const WORDS_BYTES = 256 * 1024;
const MAX_SOUND_MS = 120_000;
const HEARD_RATE_HZ = 16_000;
const name = z.string().min(1).max(200);
const language = z.string().min(1).max(35).describe('BCP 47');

/** Speech without a conversation. */
export function soundRoutes({ sessions, clock }: RestPorts): readonly Route[] {
  return [
    route({
      ...{ method: 'POST', path: '/synthesize', need: 'client', name: 'synthesize', costs: 'turn' as const },
      summary: 'A text as sound',
      body: {
        json: z.strictObject({
          text: SpokenText,
          persona: name.optional(),
          voice: name.optional(),
          language: language.optional(),
          speed: z.number().min(0.25).max(4).optional(),
          sampleRateHz: z.number().int().min(8000).max(48_000).optional().describe('Default 24000'),
          format: z.enum(['wav', 'pcm']).optional().describe('pcm: s16le mono without a header. Default wav'),
        }),
        maxBytes: WORDS_BYTES,
      },
      answer: {
        status: 200,
        description: 'The sound, mono',
        media: [
          { type: 'audio/wav', description: 'With format wav' },
          { type: 'audio/x-pcm', description: 'With format pcm: s16le, its rate as the parameter `rate`' },
        ],
      },
      handle: async ({ response, caller, signal }, { body: { text, format = 'wav', ...options } }) => {
        const { pcm, sampleRateHz } = await sessions.synthesize(text, { ...options, caller, signal });
        if (response.destroyed) return;
        const bytes = format === 'wav' ? wavFile([pcm], sampleRateHz) : pcm;
        response.writeHead(200, {
          'Content-Type': format === 'wav' ? 'audio/wav' : `audio/x-pcm;rate=${sampleRateHz};channels=1`,
          'Content-Length': bytes.byteLength,
          'Cache-Control': 'no-store',
        });
        response.end(bytes);
      },
    }),
    soundRoute({
      ...{ method: 'POST', path: '/transcribe', need: 'client', name: 'transcribe', costs: 'turn' as const },
      summary: 'The words of a sound of at most 120 s',
      query: z.strictObject({ language: language.optional() }),
      body: { sound: 'WAV, MP3, FLAC, Ogg' },
      answer: { status: 200, description: 'The words', json: z.object({ text: z.string() }) },
      handle: async (asked, { query }) => {
        const { response, caller, signal } = asked;
        const sound = await openSound(streamBody(asked, { clock }), {
          signal,
          sampleRateHz: HEARD_RATE_HZ,
          name: 'the sound',
        });
        const text = await sessions.transcribe(await wholeSound(sound, { maxMs: MAX_SOUND_MS, tooLong }), {
          caller,
          language: query.language,
          signal,
        });
        answerJson(response, 200, { text });
      },
    }),
  ];
}

function tooLong(): RequestError {
  return new RequestError('BRIDGE_ERR_SOUND_SIZE', `Expected a sound of at most ${MAX_SOUND_MS / 1000} s`);
}
