import { BridgeError, errorText, ProviderError } from '../runtime/index.js';
import type { EngineEntry, EngineKinds } from '../vendor/index.js';
import type { SpeechPart, SpeechRequest, Synthesizer, TellsTimings, Voice } from './synthesizer.js';

/** Kind of an engine that a program brings; no settings file can name it. */
export const GIVEN_VOICE_TYPE = 'given';

/** An engine of the program's own among the others: lent, so that closing speech leaves it open. */
export class GivenSynthesizer implements Synthesizer {
  readonly #own: Synthesizer & { warmUp?(): Promise<void> };

  constructor(own: Synthesizer) {
    this.#own = own;
  }

  get name(): string {
    return this.#own.name;
  }

  get tells(): TellsTimings {
    return this.#own.tells;
  }

  get languages(): readonly string[] {
    return this.#own.languages;
  }

  get fingerprint(): string {
    return this.#own.fingerprint;
  }

  /** What it throws that is no `ProviderError` counts as one that would come again. */
  async *speak(request: SpeechRequest): AsyncGenerator<SpeechPart> {
    try {
      yield* this.#own.speak(request);
    } catch (error) {
      request.signal?.throwIfAborted();
      if (error instanceof BridgeError) throw error;
      const { name } = this.#own;
      throw new ProviderError('BRIDGE_ERR_SPEECH_FAILED', `${name} failed: ${errorText(error)}`, {
        ...{ provider: name, retryable: false, cause: error },
      });
    }
  }

  voices(signal?: AbortSignal): Promise<readonly Voice[]> {
    return this.#own.voices(signal);
  }

  async warmUp(): Promise<void> {
    await this.#own.warmUp?.();
  }

  async close(): Promise<void> {}
}

/** The engines with the given one before all others, also one of the same name. */
export function withGiven(
  entries: ReadonlyMap<string, EngineEntry>,
  { name }: Synthesizer,
): ReadonlyMap<string, EngineEntry> {
  const type = GIVEN_VOICE_TYPE;
  const own: EngineEntry = { name, type, isConfigured: true, hasKey: false, missing: undefined, options: {} };
  const others = [...entries].filter(([other]) => other !== name);
  return new Map([[name, own], ...others]);
}

/** How a line of it is made. */
export function givenKind(synthesizer: Synthesizer): EngineKinds<unknown, Synthesizer> {
  return {
    [GIVEN_VOICE_TYPE]: {
      description: 'Engine of the program',
      schema: (zod) => zod.unknown(),
      create: () => new GivenSynthesizer(synthesizer),
    },
  };
}
