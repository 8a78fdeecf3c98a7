import { createHearing, type Hearing, type HearingSettings } from '../hearing/index.js';
import type { Clock } from '../runtime/index.js';
import {
  type OpenedRecognizer,
  openRecognizer,
  type Recognizer,
  type RecognizerSettings,
} from '../speech/index.js';

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
 * @throws {ConfigError} BRIDGE_ERR_SPEECH_ENGINE; {DeviceError} BRIDGE_ERR_VOICE_ACTIVITY
 */
export async function openEars(options: OpenEarsOptions): Promise<OpenedEars> {
  const opened = await recognizerFor(options);
  const close = async (): Promise<void> => {
    if (options.recognizer === undefined) await opened?.recognizer.close();
  };
  try {
    const hearing = await createHearing({ settings: options.hearing });
    const hears =
      opened === undefined ? 'The model: it hears by itself' : `${opened.recognizer.name}: ${opened.why}`;
    return {
      hearing,
      recognizer: opened?.recognizer,
      hears,
      close: async () => {
        hearing.close();
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** A speech-to-speech model needs none; one that is set up helps to tell words from listening noises. */
async function recognizerFor(options: OpenEarsOptions): Promise<OpenedRecognizer | undefined> {
  const { recognizer, recognition = {}, isSound, clock, env, fetch } = options;
  if (recognizer !== undefined) return { recognizer, why: 'it was given' };
  const { engines, engine = 'auto' } = recognition;
  const isSetUp = engine !== 'auto' || Object.keys((engines as object | undefined) ?? {}).length > 0;
  if (isSound && !isSetUp) return undefined;
  return openRecognizer(recognition, { clock, env, fetch });
}
