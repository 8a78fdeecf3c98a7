import type { BridgeClient } from '../client/index.js';
import { type ResolvedConfig, speechSection } from '../config/index.js';
import { systemHost } from '../devices/index.js';
import { createThreadedPronouncer, type KanaPronouncer } from '../language/index.js';
import type { Clock, Logger } from '../runtime/index.js';
import type { PageEngine, SayEnd, SayListener, SayRequest, SpeakerPort } from '../server/index.js';
import { speakThrough } from '../speaking/index.js';
import { createSpeech, type EngineVoices, type Speech, type SpokenPart } from '../speech/index.js';

export interface SpeakerOptions {
  readonly resolved: ResolvedConfig;
  /** Through which it speaks. */
  readonly client: BridgeClient;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** What speaks for the page, and what must be ended with it. */
export interface Speaker extends SpeakerPort {
  /** Idempotent. */
  close(): Promise<void>;
}

/** Speech for the page: engines as the settings have them. Nothing of it is loaded before it is first asked for. */
export function createSpeaker(options: SpeakerOptions): Speaker {
  const { clock, client, resolved } = options;
  const pronouncer = createThreadedPronouncer();
  let opening: Promise<Speech> | undefined;
  const open = (): Promise<Speech> => {
    opening ??= openSpeech(options, pronouncer).catch((error: unknown) => {
      // Settings that are wrong may be right when the engine is there.
      opening = undefined;
      throw error;
    });
    return opening;
  };
  return {
    async engines(signal) {
      const engines = await (await open()).voices({ signal });
      return engines.map(asPageEngine);
    },
    async say(request, listener) {
      const speech = await open();
      const chosen = { engine: request.engine, voice: request.voice };
      const { tells } = await speech.describe(chosen);
      // While the engine thinks.
      if (tells !== 'phonemes' && resolved.config.lips !== 'peer') void pronouncer.prepareFor(request.text);
      const end = await speakThrough(
        client,
        request.lane,
        (signal) => speech.speak(request.text, { ...chosen, signal }),
        {
          ...listened(listener, request),
          clock,
          lips: resolved.config.lips === 'local' ? 'auto' : resolved.config.lips,
          knows: tells === 'phonemes' ? 'phonemes' : 'text',
          pronouncer,
          signal: request.signal,
        },
      );
      return end satisfies SayEnd;
    },
    async close() {
      const speech = await opening?.catch(() => undefined);
      await speech?.close();
    },
  };
}

async function openSpeech(
  { resolved, clock, env, logger }: SpeakerOptions,
  pronouncer: KanaPronouncer,
): Promise<Speech> {
  const host = systemHost(env);
  const toKana = (text: string): Promise<string> => pronouncer.kanaOf(text);
  const section = speechSection(resolved.config, env, host.platform);
  const speech = await createSpeech(section, { clock, env, host, toKana });
  speech.events.on('chosen', (choice) => logger.info(choice, 'Voice chosen'));
  speech.events.on('fellBack', ({ from, to, error }) =>
    logger.warn({ from, to, err: error }, 'Another engine speaks'),
  );
  speech.events.on('warned', (text) => logger.warn({}, text));
  return speech;
}

function listened(listener: SayListener, { ifBusy }: SayRequest) {
  return {
    ifBusy,
    onOpened: ({ lane }: { readonly lane: string }) => listener.onOpened(lane),
    onStarted: (heardAtMs: number) => listener.onStarted(heardAtMs),
    onHeard: (heardMs: number) => listener.onHeard(heardMs),
    onPart: (part: { readonly type: string } | SpokenPart) => {
      if (part.type === 'sentence' && 'written' in part) {
        const { written, engine, credit, startMs } = part;
        listener.onSentence({ text: written, engine, credit, startMs });
      }
    },
  };
}

function asPageEngine({ name, isReady, isChosen, advice, voices }: EngineVoices): PageEngine {
  return {
    name,
    isReady,
    isChosen,
    advice,
    voices: voices.map(({ id, name: voice, languages, style, credit }) => ({
      id,
      name: voice,
      languages,
      style,
      credit,
    })),
  };
}
