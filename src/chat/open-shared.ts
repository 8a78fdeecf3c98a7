import { conversationsFolder, type KeptConversations, openKept } from '../kept/index.js';
import { createThreadedPronouncer } from '../language/index.js';
import { OFFLINE_TYPE } from '../llm/index.js';
import { ConfigError } from '../runtime/index.js';
import { createSpeech, type Recognizer, type Speech, VoiceOnlyRecognizer } from '../speech/index.js';
import { memoryFolder } from '../tools/index.js';
import { withoutSoundEngine } from './open-brain.js';
import type { ChatPorts, ChatSettings } from './open-chat.js';
import { recognizerFor } from './open-ears.js';
import { closing, type OpenParts, openWhole } from './open-parts.js';
import { type Mind, openMind } from './open-thinking.js';
import { type KnownSections, readSections } from './read-sections.js';
import { tellOfModel, tellOfSpeech } from './tell-engines.js';
import { noticeTeller } from './tell-notice.js';

/** What many conversations with the same settings have in common: engines, tools' servers, what is kept. Ports of `openChat`. */
export interface SharedChat {
  readonly sections: KnownSections;
  readonly mind: Mind;
  readonly speech: Speech;
  /** Undefined: none is set up, or the model hears by itself. */
  readonly recognizer: Recognizer | undefined;
  readonly kept: KeptConversations;
  /** Whether anybody understands what is said. */
  readonly hears: boolean;
  /** After the conversations. Idempotent. */
  close(): Promise<void>;
}

/**
 * Opens what conversations with these settings share, so that a hundred of them hold one set of engines.
 *
 * @throws as `openChat`.
 */
export async function openShared(settings: ChatSettings, ports: ChatPorts): Promise<SharedChat> {
  return openWhole(ports.signal, (parts) => composed(settings, ports, parts));
}

async function composed(settings: ChatSettings, ports: ChatPorts, parts: OpenParts): Promise<SharedChat> {
  const { clock, env, host, logger, stateFolder, fetch } = ports;
  const tell = noticeTeller(ports.tell);
  const { llm = {}, tools, recognition } = settings;
  const read = await readSections(settings, env);
  const { engine, keep } = read;
  const isSound = engine !== undefined;
  const mind = await parts.open(
    () =>
      openMind(
        { llm: isSound ? withoutSoundEngine(llm) : llm, tools, isSound },
        { ...ports, memoryFolder: memoryFolder(stateFolder, host.platform) },
      ),
    closing,
  );
  tellOfModel(mind.llm, tell);
  const pronouncer = createThreadedPronouncer();
  const toKana = (text: string): Promise<string> => pronouncer.kanaOf(text);
  const speech = await parts.open(
    () => createSpeech(settings.speech ?? {}, { clock, env, host, toKana, synthesizer: ports.synthesizer }),
    closing,
  );
  tellOfSpeech(speech, tell);
  const recognizer = await parts.open(
    () =>
      recognizerIfAny(
        { recognition, isSound, recognizer: ports.recognizer, clock, env, fetch },
        mind.llm.type === OFFLINE_TYPE,
      ),
    (opened) => (ports.recognizer === undefined ? opened?.close() : undefined),
  );
  const defaultFolder = conversationsFolder(stateFolder, host.platform);
  const kept = await parts.open(() => openKept(keep, { clock, logger, defaultFolder }), closing);
  return {
    sections: { settings, read },
    mind,
    speech,
    recognizer,
    kept,
    hears: isSound || recognizer !== undefined,
    close: () => parts.close(),
  };
}

/**
 * Who only types needs none: a recogniser that is not set up is no fault here, unless it was asked for by name.
 *
 * @returns where the demonstration answers, one that understands no words, so that a microphone can be tried.
 */
async function recognizerIfAny(
  options: Parameters<typeof recognizerFor>[0],
  isDemonstration: boolean,
): Promise<Recognizer | undefined> {
  try {
    return (await recognizerFor(options))?.recognizer;
  } catch (error) {
    const isAuto = (options.recognition?.engine ?? 'auto') === 'auto';
    if (!(error instanceof ConfigError) || error.code !== 'BRIDGE_ERR_SPEECH_ENGINE' || !isAuto) throw error;
    return isDemonstration ? new VoiceOnlyRecognizer() : undefined;
  }
}
