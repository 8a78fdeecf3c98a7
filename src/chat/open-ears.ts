import { createHearing, type Hearing, type HearingSettings } from '../hearing/index.js';
import type { Clock } from '../runtime/index.js';
import {
  type OpenedRecognizer,
  openRecognizer,
  type Recognizer,
  type RecognizerSettings,
} from '../speech/index.js';
import { closing, openWhole } from './open-parts.js';

export interface OpenEarsOptions {
  readonly hearing: HearingSettings;
  readonly recognition: RecognizerSettings | undefined;
  /** Whether the model hears by itself. */
  readonly isSound: boolean;
  /** In place of the settings' engines. */
  readonly recognizer: Recognizer | undefined;
  readonly clock: Clock;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly fetch: typeof globalThis.fetch | undefined;
  /** Ends opening; later it has no effect. */
  readonly signal?: AbortSignal | undefined;
}

export interface OpenedEars {
  readonly hearing: Hearing;
  readonly recognizer: Recognizer | undefined;
  /** Who understands speech, and why, for people. */
  readonly hears: string;
  close(): Promise<void>;
}

/**
 * An ear, and whoever understands what it hears.
 *
 * @throws {ConfigError} BRIDGE_ERR_SPEECH_ENGINE; {DeviceError} BRIDGE_ERR_VOICE_ACTIVITY; the signal's reason. What was opened is closed
 *   again.
 */
export async function openEars(options: OpenEarsOptions): Promise<OpenedEars> {
  return openWhole(options.signal, async (parts) => {
    const opened = await parts.open(
      () => recognizerFor(options),
      (part) => (options.recognizer === undefined ? part?.recognizer.close() : undefined),
    );
    const hearing = await parts.open(() => createHearing({ settings: options.hearing }), closing);
    const hears =
      opened === undefined ? 'The model: it hears by itself' : `${opened.recognizer.name}: ${opened.why}`;
    return { hearing, recognizer: opened?.recognizer, hears, close: () => parts.close() };
  });
}

/** A speech-to-speech model needs none; one that is set up helps to tell words from listening noises. */
export async function recognizerFor(
  options: Omit<OpenEarsOptions, 'hearing'>,
): Promise<OpenedRecognizer | undefined> {
  const { recognizer, recognition = {}, isSound, clock, env, fetch } = options;
  if (recognizer !== undefined) return { recognizer, why: 'it was given' };
  const { engines, engine = 'auto' } = recognition;
  const isSetUp = engine !== 'auto' || Object.keys((engines as object | undefined) ?? {}).length > 0;
  if (isSound && !isSetUp) return undefined;
  return openRecognizer(recognition, { clock, env, fetch });
}
