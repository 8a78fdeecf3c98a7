import type { SoundSource } from '../audio/index.js';
import type { BridgeClient, SpeechEvents } from '../client/index.js';
import { anySignal, Emitter, SystemClock } from '../runtime/index.js';
import { type LipsChoice, type SpeechOutcome, soundSpeech, speakThrough } from '../speaking/index.js';
import type { CommandContext } from './context.js';
import type { LipsSource } from './lips-source.js';
import { type OpenPlaybackHere, playbackHere } from './local-playback.js';
import { numberArg } from './numbers.js';
import { Progress } from './progress.js';
import { streamChoices } from './stream-choices.js';

export interface PlayWithLips {
  readonly client: BridgeClient;
  readonly file: string;
  /** Open, and closed by the caller. */
  readonly sound: SoundSource;
  readonly lips: LipsChoice;
  readonly source: LipsSource;
  readonly ties: readonly { readonly atMs: number; readonly message: string }[];
}

/**
 * Plays a sound with lips of the user's choice. First Ctrl-C: no more is read, what the daemon has is spoken; second: silence.
 *
 * @throws {BridgeError} of `speakThrough`.
 */
export async function playWithLips(context: CommandContext, options: PlayWithLips): Promise<SpeechOutcome> {
  const { client, file, sound, lips, source, ties } = options;
  const { config } = context.resolved;
  const clock = new SystemClock();
  const told = source.phonemes === undefined ? undefined : source.names.map(source.phonemes);
  const events = new Emitter<SpeechEvents>();
  let progress: Progress | undefined;
  try {
    const end = await speakThrough(client, config.lane, soundSpeech(sound, told), {
      clock,
      lips,
      knows: told === undefined ? 'sound' : 'phonemes',
      table: source.names.table,
      kind: context.args['live'] === true ? 'live' : 'recorded',
      ties,
      ...streamChoices(context),
      openPlayback: loudspeaker(context, await playbackHere(context.io, clock)),
      offsetMs: numberArg(context.args, 'offset-ms', { min: -2000, max: 2000, unit: 'ms' }),
      signal: context.io.quit,
      drain: anySignal(context.io.drain, context.io.quit),
      onOpened: ({ lane }) => {
        progress = new Progress(context, file, { lane, events });
      },
      onStarted: (atMs) => events.emit('started', atMs),
      onHeard: (heardMs) => events.emit('position', heardMs),
    });
    events.emit('ended', end);
    return end;
  } finally {
    progress?.close();
  }
}

/** The loudspeaker that the settings name. */
export function loudspeaker(context: CommandContext, open: OpenPlaybackHere) {
  const { outputBackend, outputDevice, volumePercent } = context.resolved.config;
  return (options: {
    readonly sampleRateHz: number;
    readonly leadMs: number;
    readonly signal: AbortSignal;
  }) => open({ ...options, backend: outputBackend, device: outputDevice, volume: volumePercent / 100 });
}
