import type { BridgeClient } from '../client/index.js';
import {
  Conversation,
  type ConversationHooks,
  type ConversationSettings,
  History,
} from '../dialogue/index.js';
import {
  createSinks,
  type ExpressionSink,
  promptFor,
  ReplyReader,
  readExpressionSettings,
} from '../expression/index.js';
import {
  conversationsFolder,
  type KeptConversations,
  type KeptSession,
  openKept,
  readKeep,
  TraceBook,
  type TurnRecord,
} from '../kept/index.js';
import { createThreadedPronouncer } from '../language/index.js';
import { type LlmSettings, OFFLINE_TYPE } from '../llm/index.js';
import type { ProgramHost } from '../programs/index.js';
import { type ReplyVoice, takesSound } from '../reply/index.js';
import {
  type Clock,
  ConfigError,
  isAbortError,
  type Logger,
  type Notice,
  RequestError,
} from '../runtime/index.js';
import type { OpenLocalPlayback } from '../speaking/index.js';
import {
  createSpeech,
  type Recognizer,
  type RecognizerSettings,
  type Speech,
  type SpeechSettings,
} from '../speech/index.js';
import { memoryFolder, memoryUser } from '../tools/index.js';
import { avatarMessages } from './avatar-messages.js';
import { AvatarWatch } from './avatar-watch.js';
import type { Chat } from './chat.js';
import { readConversation } from './chat-settings.js';
import type { Topology } from './choose-topology.js';
import { type OpenedBrain, openBrain, soundEngine, withoutSoundEngine } from './open-brain.js';
import { openEars } from './open-ears.js';
import { type OwnThinking, openThinking } from './open-thinking.js';
import { openVoice, type VoiceSettings } from './open-voice.js';
import { takePeerTurns } from './peer-turns.js';
import { tellOfModel, tellOfSpeech } from './tell-engines.js';
import { errorValues, noticeTeller, type TellNotice } from './tell-notice.js';
import { logTurns } from './turn-log.js';

/** What a conversation is made of; sections as they stand in the settings file. */
export interface ChatSettings {
  readonly llm?: LlmSettings | undefined;
  readonly systemPrompt?: string | undefined;
  readonly conversation?: Readonly<Record<string, unknown>> | undefined;
  readonly expression?: unknown;
  readonly tools?: unknown;
  readonly keep?: unknown;
  readonly speech?: SpeechSettings | undefined;
  readonly recognition?: RecognizerSettings | undefined;
  readonly voice?: VoiceSettings | undefined;
  /** Whether somebody will speak into a microphone. @default false */
  readonly hears?: boolean | undefined;
  /** Of whom it is; for memory, tools and what is kept. */
  readonly user?: string | undefined;
  /** Id of a kept session that goes on: its turns are remembered, as far as they fit, and new ones join it. */
  readonly resume?: string | undefined;
}

/** What it needs of the world, and what the caller adds. */
export interface ChatPorts extends OwnThinking {
  readonly client: BridgeClient;
  readonly clock: Clock;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly host: ProgramHost;
  readonly logger: Logger;
  readonly version: string;
  /** The loudspeaker of this machine, for local playback. */
  readonly openPlayback?: OpenLocalPlayback | undefined;
  /** Where conversations and memories go that name no folder. */
  readonly stateFolder?: string | undefined;
  /** Faces in the terminal. */
  readonly write?: ((line: string) => void) | undefined;
  /** Things worth telling a person: who speaks and why, what fails. A line in English, and what it is, for other languages. */
  readonly tell?: ((text: string, notice: Notice) => void) | undefined;
  readonly hooks?: readonly ConversationHooks[] | undefined;
  readonly sinks?: readonly ExpressionSink[] | undefined;
  /**
   * Whether words that MMDAgent-EX recognised are for this conversation: where a program has several with one avatar, one answers.
   *
   * @default always
   */
  readonly isAddressed?: (() => boolean) | undefined;
  /** What was said, shared by several conversations. @default its own */
  readonly history?: History | undefined;
  /** In place of the settings' engines. */
  readonly recognizer?: Recognizer | undefined;
  readonly speech?: Speech | undefined;
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** Ends opening; later it has no effect. */
  readonly signal?: AbortSignal | undefined;
}

/** A link that was opened just now needs a moment; without an avatar nobody wants to wait longer. */
const AVATAR_WAIT_MS = 1500;

/**
 * Opens a conversation with an avatar: reads every section of its settings, then opens what they name.
 *
 * @throws {ConfigError} a section is wrong (one line for each fault), an engine is not set up; {DeviceError}
 *   BRIDGE_ERR_VOICE_ACTIVITY; {TransportError} BRIDGE_ERR_DAEMON_UNREACHABLE; the signal's reason. What was opened is closed again.
 */
export async function openChat(settings: ChatSettings, ports: ChatPorts): Promise<Chat> {
  const closers: (() => unknown)[] = [];
  try {
    return await composed(settings, ports, closers);
  } catch (error) {
    await closeAll(closers);
    throw error;
  }
}

async function composed(settings: ChatSettings, ports: ChatPorts, closers: (() => unknown)[]): Promise<Chat> {
  const { client, clock, logger, stateFolder, signal } = ports;
  const { platform } = ports.host;
  const tell = noticeTeller(ports.tell);
  const read = await readSections(settings, ports.env);
  const { engine } = read;
  const { llm = {} } = settings;
  const thinking = await openThinking(
    { llm: engine === undefined ? llm : withoutSoundEngine(llm), tools: settings.tools },
    { ...ports, memoryFolder: memoryFolder(stateFolder, platform) },
  );
  closers.push(() => thinking.close());
  tellOfModel(thinking.llm, tell);
  const defaultFolder = conversationsFolder(stateFolder, platform);
  const kept = await openKept(read.keep, { clock, logger, defaultFolder });
  closers.push(() => kept.close());
  const resumed = settings.resume === undefined ? undefined : await resume(kept, settings.resume);
  const history = ports.history ?? historyOf(read.conversation, clock, resumed?.earlier);
  const sound =
    engine === undefined
      ? undefined
      : await openBrain({
          ...{ engine, llm, conversation: read.conversation, history, tools: thinking.tools },
          ...{ clock, env: ports.env, fetch: ports.fetch, tell },
        });
  closers.push(() => sound?.close());
  const isSound = sound !== undefined;
  const avatar = await AvatarWatch.open(client, settings.voice?.lane);
  closers.push(() => avatar.close());
  await avatar.readyWithin(AVATAR_WAIT_MS, clock, signal);
  signal?.throwIfAborted();
  const { hearing } = read;
  const { recognition } = settings;
  const { recognizer, env, fetch } = ports;
  const ears =
    settings.hears === true
      ? await openEars({ hearing, recognition, isSound, recognizer, clock, env, fetch })
      : undefined;
  if (ears !== undefined) closers.push(() => ears.close());
  const spoken = await openSpoken(settings, ports, { avatar, tell, isSound }, closers);
  signal?.throwIfAborted();
  const sinks = createSinks(read.expression, {
    clock,
    logger,
    send: await avatarMessages({ client, clock, avatar, logger }),
    model: settings.voice?.model ?? avatar.lane?.model,
    write: ports.write,
    more: ports.sinks,
  });
  closers.push(() => sinks.sink.close());
  const session =
    resumed ??
    kept.begin({
      ...(settings.user === undefined ? {} : { user: settings.user }),
      ...(avatar.lane === undefined ? {} : { lane: avatar.lane.lane }),
    });
  if (isSound) assertHeard(spoken.voice, spoken.topology);
  const conversation = new Conversation(
    {
      clock,
      model: thinking.llm,
      brain: sound?.brain,
      voice: spoken.voice,
      openReader: () => new ReplyReader(read.expression.tags),
      ear: ears?.hearing,
      recognizer: ears?.recognizer,
      tools: thinking.tools,
      eyes: thinking.eyes,
      guards: thinking.guards,
      sinks: [sinks.sink],
      hooks: ports.hooks,
      kept: session,
      memory: thinking.memory,
      logger,
      session: session.id,
      user: settings.user,
    },
    read.conversation,
    history,
  );
  closers.push(() => conversation.close());
  // What an avatar is to show from the beginning cannot be told before it is there.
  closers.push(avatar.onceReady(() => void sinks.sink.phase?.(conversation.phase)));
  if (sound !== undefined) begin(sound, conversation, tell);
  const latency = new TraceBook();
  conversation.events.on('turnEnded', ({ trace }) => void latency.add(trace));
  const { isAddressed } = ports;
  closers.push(logTurns(conversation, logger, session.id));
  closers.push(
    takePeerTurns({
      ...{ client, avatar, conversation, sink: sinks.peer, isAddressed },
      onRefused: (error) => tell('peerTurnRefused', errorValues(error)),
    }),
  );
  return {
    conversation,
    parts: {
      model: nameOf(sound?.model ?? thinking.llm),
      isDemonstration: sound === undefined && thinking.llm.type === OFFLINE_TYPE,
      hears: ears?.hears,
      topology: spoken.topology,
      topologyWhy: spoken.why,
    },
    lines: read.lines,
    latency,
    face: sinks.face,
    hearing: ears?.hearing,
    kept,
    session: kept.store === 'none' ? undefined : session.id,
    tools: thinking.tools,
    memory: thinking.memory,
    usage: () => [...(sound === undefined ? [] : [sound.brain.usage()]), ...thinking.llm.usage()],
    get lane() {
      return avatar.lane;
    },
    forget: async () => {
      const { turn } = conversation;
      conversation.forget();
      // What was heard of it is remembered when it is over.
      await turn?.ended;
      await kept.forget(session.id);
      await thinking.memory?.forget(memoryUser({ user: settings.user }), session.id);
    },
    close: () => closeAll(closers),
  };
}

function historyOf(
  { history, welcome, initialMessages }: ConversationSettings,
  clock: Clock,
  earlier: readonly TurnRecord[] = [],
): History {
  return new History({ clock, settings: history, welcome, initialMessages, earlier });
}

function nameOf({ name, model }: { readonly name: string; readonly model: string }): string {
  return `${name} (${model})`;
}

/** It is connected ahead of the first turn, and forgets with the conversation. */
function begin({ brain, model }: OpenedBrain, { events }: Conversation, tell: TellNotice): void {
  events.on('forgotten', () => brain.forget());
  tell('modelSpeaks', { model: nameOf(model) });
  brain.prepare().catch((error: unknown) => {
    if (!isAbortError(error)) tell('modelNotReady', { model: nameOf(model), ...errorValues(error) });
  });
}

/** All faults of all sections are told at once. */
async function readSections(settings: ChatSettings, env: ChatPorts['env']) {
  const problems: string[] = [];
  const collect = async <T>(reading: Promise<T>): Promise<T | undefined> => {
    try {
      return await reading;
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      problems.push(error.message);
      return undefined;
    }
  };
  const expression = await collect(readExpressionSettings(settings.expression));
  const engine = await collect(soundEngine(settings.llm ?? {}, env));
  // A model that speaks by itself would speak the marks too.
  const told = expression === undefined || engine !== undefined ? '' : promptFor(expression);
  const prompt = [settings.systemPrompt, told]
    .filter((text) => text !== undefined && text !== '')
    .join('\n\n');
  const conversation = await collect(readConversation(settings.conversation ?? {}, prompt));
  const keep = await collect(readKeep(settings.keep));
  if (problems.length > 0 || expression === undefined || conversation === undefined || keep === undefined)
    throw new ConfigError('BRIDGE_ERR_CONFIG_INVALID', problems.join('\n'));
  return { ...conversation, expression, keep, engine };
}

/** @throws {RequestError} BRIDGE_ERR_KEPT */
async function resume(kept: KeptConversations, id: string): Promise<KeptSession> {
  const session = await kept.resume(id);
  if (session !== undefined) return session;
  throw new RequestError(
    'BRIDGE_ERR_KEPT',
    `Expected a kept session that nobody writes, got ${id.slice(0, 40)}: none is called so, it goes on elsewhere, or section keep keeps nothing. \`mmdagent-bridge sessions list\` shows those that there are`,
  );
}

/** @throws {ConfigError} BRIDGE_ERR_LLM_ENGINE */
function assertHeard(voice: ReplyVoice, topology: Topology): void {
  if (takesSound(voice)) return;
  throw new ConfigError(
    'BRIDGE_ERR_LLM_ENGINE',
    `Expected topology stream or local for a speech-to-speech model, got ${topology}: it speaks with its own voice. Set --topology stream, or another --llm`,
  );
}

async function openSpoken(
  settings: ChatSettings,
  ports: ChatPorts,
  {
    avatar,
    tell,
    isSound,
  }: { readonly avatar: AvatarWatch; readonly tell: TellNotice; readonly isSound: boolean },
  closers: (() => unknown)[],
) {
  const { clock, env, host } = ports;
  const pronouncer = createThreadedPronouncer();
  const toKana = (text: string): Promise<string> => pronouncer.kanaOf(text);
  const speech = ports.speech ?? (await createSpeech(settings.speech ?? {}, { clock, env, host, toKana }));
  if (ports.speech === undefined) {
    closers.push(() => speech.close());
    tellOfSpeech(speech, tell);
  }
  const spoken = await openVoice(settings.voice ?? {}, {
    client: ports.client,
    clock,
    env,
    speech,
    engines: settings.speech?.engines,
    pronouncer,
    openPlayback: ports.openPlayback,
    avatar,
    isSound,
    onShownOnly: () => tell('onlyShown', {}),
  });
  closers.push(() => spoken.voice.close());
  return spoken;
}

/** Last opened, first closed; one that fails keeps no other from being closed. */
async function closeAll(closers: (() => unknown)[]): Promise<void> {
  for (const close of closers.splice(0).reverse()) await Promise.resolve(close()).catch(() => {});
}
