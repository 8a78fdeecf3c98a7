import {
  type Asked,
  answerJson,
  type HttpEndpoint,
  HttpRefusal,
  readForm,
  readJson,
} from '../server/index.js';
import { readSpokenSound } from './audio-input.js';
import type { Room } from './ports.js';
import { refuseAsFastApi } from './refusals.js';
import { fault, isRecord, MAX_TEXT_CHARS, textOf } from './request.js';
import { wavFile } from './wav-file.js';

/** Two minutes of WAV at 48 kHz stereo, and the form around it. */
const MAX_FORM_BYTES = 24 * 1024 * 1024;
const MAX_JSON_BYTES = 64 * 1024;

/**
 * `POST /transcribe` and `/synthesize`, and the `/stt` and `/tts` that AIAvatarKit's README names and its server does not have.
 */
export function speechRoutes(room: Room): readonly HttpEndpoint[] {
  const post = (path: string, handle: (asked: Asked, room: Room) => Promise<void>): HttpEndpoint => ({
    method: 'POST',
    path,
    need: 'client',
    costs: 'turn',
    refuse: refuseAsFastApi,
    handle: (asked) => handle(asked, room),
  });
  return [
    post('/transcribe', transcribe),
    post('/stt', transcribe),
    post('/synthesize', synthesize),
    post('/tts', synthesize),
  ];
}

/** A form with `audio`, and `language` in our own words. Which session speaks changes nothing. */
async function transcribe(asked: Asked, room: Room): Promise<void> {
  const form = await readForm(asked, { maxBytes: MAX_FORM_BYTES, clock: room.clock });
  const audio = form.get('audio');
  // FastAPI's own status for a field that is missing.
  if (audio === null || typeof audio === 'string')
    throw new HttpRefusal(422, 'BRIDGE_ERR_USAGE', 'Expected the field "audio" with a sound file');
  const recorded = new Uint8Array(await audio.arrayBuffer());
  if (recorded.byteLength === 0) throw fault('audio data is required.');
  const { signal } = asked;
  const language = form.get('language');
  const pcm = await readSpokenSound(recorded, signal);
  const text = await room.sessions.transcribe(pcm, {
    caller: asked.caller,
    signal,
    language: typeof language === 'string' && language !== '' ? language : undefined,
  });
  answerJson(asked.response, 200, {
    text,
    preprocess_metadata: null,
    postprocess_metadata: null,
    speakers: null,
  });
}

async function synthesize(asked: Asked, room: Room): Promise<void> {
  const body = await readJson(asked, { maxBytes: MAX_JSON_BYTES, clock: room.clock });
  if (!isRecord(body)) throw fault('Expected a JSON object with "text"');
  const text = (textOf(body, 'text', MAX_TEXT_CHARS) ?? '').trim();
  if (text === '') throw fault('text is required.');
  const language = textOf(body, 'language', 35) || undefined;
  const { caller, signal } = asked;
  const { pcm, sampleRateHz } = await room.sessions.synthesize(text, { caller, language, signal });
  const file = wavFile(pcm, sampleRateHz);
  const { response } = asked;
  if (response.destroyed) return;
  response.writeHead(200, {
    'Content-Type': 'audio/wav',
    'Content-Length': file.byteLength,
    'Content-Disposition': 'attachment; filename=voice.wav',
    'Cache-Control': 'no-store',
  });
  response.end(file);
}
