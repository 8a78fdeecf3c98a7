import type { BridgeClient } from '../client/index.js';
import { LipsLink } from '../client/index.js';
import { speechSection } from '../config/index.js';
import { closingMessage, DEFAULT_LIP_TABLE, type LipTable } from '../lipsync/index.js';
import { messageText } from '../protocol/index.js';
import { anySignal, type Clock } from '../runtime/index.js';
import { openPeerVoice, type PeerMessages, type PeerVoice, type Speech } from '../speech/index.js';
import type { CommandContext } from './context.js';
import { speakOptions } from './open-speech.js';
import type { SpokenText } from './spoken-text.js';

export interface SayByPeer {
  readonly client: BridgeClient;
  readonly clock: Clock;
  readonly speech: Speech;
  /** Name of the engine in the settings. */
  readonly engine: string;
  readonly table: LipTable | undefined;
}

/** How it ended. */
export interface PeerSaid {
  readonly lane: string;
  readonly reason: 'completed' | 'interrupted';
  readonly engines: readonly string[];
  readonly sentences: number;
  readonly lips: 'peer';
}

/**
 * Says texts by MMDAgent-EX's own voice: it makes the sound and moves the mouth, and we only tell it what to say. The first Ctrl-C
 * stops it.
 *
 * @yields how each text ended.
 * @throws {ProviderError} BRIDGE_ERR_SPEECH_VOICE - MMDAgent-EX does not begin; what `LipsLink.open` throws.
 */
export async function* sayByPeer(
  context: CommandContext,
  texts: AsyncIterable<SpokenText>,
  options: SayByPeer,
): AsyncGenerator<PeerSaid> {
  const { client, clock, speech, engine, table } = options;
  const { config, origins } = context.resolved;
  const signal = anySignal(context.io.drain, context.io.quit);
  const link = await LipsLink.open({
    client,
    clock,
    lane: config.lane,
    model: origins.model === 'default' ? undefined : config.model,
    readyTimeoutMs: config.readyTimeoutMs,
    offsetMs: 0,
    closing: (model) => closingMessage(model, table ?? DEFAULT_LIP_TABLE),
    signal,
  });
  const settings = speechSection(config, context.io.env, process.platform);
  const voice = await openPeerVoice(settings, {
    ...{ clock, engine, env: context.io.env, alias: link.model },
    messages: messagesOf(client, link),
  });
  try {
    for await (const text of texts) {
      const said = await sayText(context, text, { speech, voice, signal });
      yield { lane: link.lane, engines: [engine], lips: 'peer', ...said };
      if (said.reason === 'interrupted') return;
    }
  } finally {
    await voice.close();
    link.close();
  }
}

async function sayText(
  context: CommandContext,
  text: SpokenText,
  {
    speech,
    voice,
    signal,
  }: { readonly speech: Speech; readonly voice: PeerVoice; readonly signal: AbortSignal },
): Promise<Pick<PeerSaid, 'reason' | 'sentences'>> {
  let sentences = 0;
  try {
    for await (const planned of speech.sentences(text, { ...speakOptions(context), signal })) {
      await voice.speak(planned.text, { language: planned.language, style: planned.voice, signal });
      sentences++;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
    return { reason: 'interrupted', sentences };
  }
  return { reason: 'completed', sentences };
}

function messagesOf(client: BridgeClient, link: LipsLink): PeerMessages {
  return {
    send: async (type, args) => {
      await client.request('send', { lane: link.lane, message: messageText({ type, args }) });
    },
    onMessage: (listener) =>
      client.events.on('message', ({ lane, type, args, isEcho }) => {
        if (lane === link.lane && !isEcho) listener(type, args);
      }),
  };
}
