import { type Clock, ProviderError, RequestError, sleep } from '../runtime/index.js';
import type { House } from './house.js';
import type { SpokenSound, SynthesizeOptions, TranscribeOptions } from './session.js';

const MAX_TEXT_CHARS = 5000;
const MAX_SOUND_MS = 120_000;
const BYTES_PER_MS = 32;
const RATE_HZ = 24_000;
const WORDS_WITHIN_MS = 30_000;

/** Sound of a text, as the persona speaks. @throws as `Sessions.synthesize`. */
export async function synthesized(
  house: House,
  text: string,
  options: SynthesizeOptions = {},
): Promise<SpokenSound> {
  const { voice, speed, language, signal, sampleRateHz = RATE_HZ } = options;
  if (text.length > MAX_TEXT_CHARS)
    throw new RequestError(
      'BRIDGE_ERR_SPEECH_TEXT',
      `Expected a text of at most ${MAX_TEXT_CHARS} characters, got ${text.length}. Send it in parts.`,
    );
  const { speech } = await house.shared();
  const { speak = {} } = house.settings.voice ?? {};
  const pieces: Uint8Array[] = [];
  const spoken = speech.speak(text, {
    ...speak,
    sampleRateHz,
    ...(voice === undefined ? {} : { voice }),
    ...(speed === undefined ? {} : { speed }),
    ...(language === undefined ? {} : { language }),
    ...(signal === undefined ? {} : { signal }),
  });
  for await (const part of spoken) if (part.type === 'sound') pieces.push(part.pcm);
  return { pcm: Buffer.concat(pieces), sampleRateHz };
}

/** Words of a whole sound. @throws as `Sessions.transcribe`. */
export async function transcribed(
  house: House,
  clock: Clock,
  pcm: Uint8Array,
  { language, signal }: TranscribeOptions = {},
): Promise<string> {
  if (pcm.byteLength > MAX_SOUND_MS * BYTES_PER_MS)
    throw new RequestError('BRIDGE_ERR_USAGE', `Expected at most ${MAX_SOUND_MS / 1000} s of sound`);
  const { recognizer } = await house.shared();
  if (recognizer === undefined)
    throw new RequestError(
      'BRIDGE_ERR_SPEECH_ENGINE',
      'No recogniser is set up: the model hears by itself. Name one with sttEngine.',
    );
  const ending = new AbortController();
  const onAbort = (): void => ending.abort(signal?.reason);
  signal?.addEventListener('abort', onAbort, { once: true });
  if (signal?.aborted === true) onAbort();
  const late = sleep(clock, WORDS_WITHIN_MS, ending.signal).then(
    () => ending.abort(tooLate(recognizer.name)),
    () => {},
  );
  try {
    const finals: string[] = [];
    const words = recognizer.recognize({
      sound: once(pcm),
      ...(language === undefined ? {} : { language }),
      signal: ending.signal,
    });
    for await (const part of words)
      if (part.type === 'final' && part.text.trim() !== '') finals.push(part.text.trim());
    return finals.join(' ');
  } catch (error) {
    throw ending.signal.aborted ? ending.signal.reason : error;
  } finally {
    signal?.removeEventListener('abort', onAbort);
    ending.abort();
    await late;
  }
}

async function* once(pcm: Uint8Array): AsyncGenerator<Uint8Array> {
  yield pcm;
}

function tooLate(name: string): ProviderError {
  return new ProviderError(
    'BRIDGE_ERR_SPEECH_STALLED',
    `Recogniser ${name} gave no words for ${WORDS_WITHIN_MS} ms. Send it again, or choose another.`,
    { provider: name, retryable: true },
  );
}
