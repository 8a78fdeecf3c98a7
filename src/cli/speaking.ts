import type { OpenSoundOptions, RawEncoding, RawFormat, SoundSource } from '../audio/index.js';
import type { SpeechEnd, SpeechHandle } from '../client/index.js';
import { anySignal, ConfigError, orAborted } from '../runtime/index.js';
import { type Arguments, type CommandContext, textArg } from './context.js';
import { numberArg } from './numbers.js';

const RAW_ENCODINGS: readonly RawEncoding[] = ['s16le', 'u8', 's24le', 's32le', 'f32le', 'mulaw', 'alaw'];

/** How sound is read, from --raw, --gain-db and --loudness. @throws {ConfigError} BRIDGE_ERR_USAGE */
export function soundOptions(args: Arguments): OpenSoundOptions {
  const raw = textArg(args, 'raw');
  const gainDb = numberArg(args, 'gain-db', { min: -60, max: 40, unit: 'dB' });
  const loudnessLufs = numberArg(args, 'loudness', { min: -60, max: -5, unit: 'LUFS' });
  return { rawFormat: raw === undefined ? undefined : rawFormat(raw), gainDb, loudnessLufs };
}

function rawFormat(text: string): RawFormat {
  const [, rate, channels, encoding] = /^(\d+):(\d+):([a-z0-9]+)$/.exec(text) ?? [];
  const known = RAW_ENCODINGS.find((candidate) => candidate === encoding);
  if (rate === undefined || channels === undefined || known === undefined) {
    throw new ConfigError(
      'BRIDGE_ERR_USAGE',
      `--raw: expected RATE:CHANNELS:ENCODING such as 16000:1:s16le (${RAW_ENCODINGS.join(', ')}), got "${text.slice(0, 40)}"`,
    );
  }
  return { sampleRateHz: Number(rate), channels: Number(channels), encoding: known };
}

/**
 * Speaks one sound through an open stream to its end. First Ctrl-C: no more is read, what the daemon has is spoken;
 * second: silence at once.
 */
export async function speakSound(
  context: CommandContext,
  handle: SpeechHandle,
  sound: SoundSource,
): Promise<SpeechEnd> {
  const { drain, quit } = context.io;
  const stop = anySignal(drain, quit);
  const frames = sound.frames()[Symbol.asyncIterator]();
  const onQuit = (): void => void handle.interrupt().catch(() => {});
  quit.addEventListener('abort', onQuit, { once: true });
  try {
    await feed(handle, frames, stop);
    report(context, sound);
    await handle.end();
    return await handle.ended;
  } catch (error) {
    if (!stop.aborted) {
      await handle.interrupt().catch(() => {});
      throw error;
    }
    if (!quit.aborted) await handle.end().catch(() => {});
    return await handle.ended;
  } finally {
    quit.removeEventListener('abort', onQuit);
  }
}

async function feed(
  handle: SpeechHandle,
  frames: AsyncIterator<Uint8Array>,
  stop: AbortSignal,
): Promise<void> {
  while (!handle.isEnded) {
    // Standard input may say nothing for hours: neither Ctrl-C waits for it.
    const next = await orAborted(frames.next(), stop);
    if (next.done === true) return;
    await handle.write(next.value, stop);
  }
}

function report(context: CommandContext, sound: SoundSource): void {
  if (sound.truncated) context.say(`${sound.name}: the file is cut short; spoke what is there`);
  if (sound.damagedParts > 0) context.say(`${sound.name}: ${sound.damagedParts} damaged parts were left out`);
  if (sound.clippedSamples > 0)
    context.say(`${sound.name}: ${sound.clippedSamples} samples were too loud and cut; lower --gain-db`);
}
