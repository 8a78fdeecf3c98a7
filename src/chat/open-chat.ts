import type { BridgeClient } from '../client/index.js';
import {
  Conversation,
  type ConversationHooks,
  type ConversationSettings,
  History,
} from '../dialogue/index.js';
import {
  createSinks,
  cueChoices,
  type ExpressionSink,
  MarkupScanner,
  ReplyReader,
} from '../expression/index.js';
import {
  conversationsFolder,
  type KeptConversations,
  type KeptSession,
  openKept,
  TraceBook,
  type TurnRecord,
} from '../kept/index.js';
import { createThreadedPronouncer } from '../language/index.js';
import { type LlmSettings, OFFLINE_TYPE } from '../llm/index.js';
import type { ProgramHost } from '../programs/index.js';
import { takesSound } from '../reply/index.js';
import { type Clock, isAbortError, type Logger, type Notice, RequestError } from '../runtime/index.js';
import type { OpenLocalPlayback } from '../speaking/index.js';
import {
  createSpeech,
  type Recognizer,
  type RecognizerSettings,
  type Speech,
  type SpeechSettings,
  type Synthesizer,
} from '../speech/index.js';
import { memoryFolder } from '../tools/index.js';
import { avatarMessages } from './avatar-messages.js';
import { AvatarWatch } from './avatar-watch.js';
import type { Chat } from './chat.js';
import { ChatSession } from './chat-session.js';
import { greetWhenReady } from './greet-when-ready.js';
import { cannotSound, type OpenedBrain, openBrain, withoutSoundEngine } from './open-brain.js';
import { openEars } from './open-ears.js';
import { closing, type OpenParts, openWhole } from './open-parts.js';
import { type Mind, type OwnThinking, openThinking } from './open-thinking.js';
import { openVoice, type VoiceSettings } from './open-voice.js';
import { keepPeerWords, takePeerTurns } from './peer-turns.js';
import { type KnownSections, readSections } from './read-sections.js';
import { tellOfModel, tellOfSound, tellOfSpeech } from './tell-engines.js';
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
  /** False: it is with no avatar, and no avatar's program hears of it. @default true */
  readonly avatar?: boolean | undefined;
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
  /** Before the settings' engines; not closed. */
  readonly synthesizer?: Synthesizer | undefined;
  readonly speech?: Speech | undefined;
  /** What was read of the same settings before: only sections that differ from them are read. */
  readonly sections?: KnownSections | undefined;
  /** What thinks, shared with others; not closed. */
  readonly mind?: Mind | undefined;
  /** Where turns are kept, shared with others; not closed. */
  readonly kept?: KeptConversations | undefined;
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** What MMDAgent-EX says from now on is not missed: words that it recognises are answered when the conversation is open. */
  readonly onListening?: (() => void) | undefined;
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
  return openWhole(ports.signal, (parts) => composed(settings, ports, parts));
}

async function composed(settings: ChatSettings, ports: ChatPorts, parts: OpenParts): Promise<Chat> {
  const { client, clock, logger, stateFolder, signal } = ports;
  const { platform } = ports.host;
  const tell = noticeTeller(ports.tell);
  const read = await readSections(settings, ports.env, ports.sections);
  const { engine } = read;
  const { llm = {} } = settings;
  // First of all: what MMDAgent-EX hears from now on is answered.
  const hasAvatar = settings.avatar !== false;
  const avatar = hasAvatar
    ? await parts.open(() => AvatarWatch.open(client, settings.voice?.lane), closing)
    : AvatarWatch.nobody();
  const early = hasAvatar ? keepPeerWords(client, avatar) : undefined;
  ports.onListening?.();
  const thinking = await parts.open(
    () =>
      openThinking(
        {
          llm: engine === undefined ? llm : withoutSoundEngine(llm),
          tools: settings.tools,
          isSound: engine !== undefined,
        },
        { ...ports, memoryFolder: memoryFolder(stateFolder, platform) },
        ports.mind,
      ),
    closing,
  );
  if (ports.mind === undefined) tellOfModel(thinking.llm, tell);
  const told = read.expression.tellModel ? withSight(read.conversation, thinking.sight) : read.conversation;
  const defaultFolder = conversationsFolder(stateFolder, platform);
  const kept =
    ports.kept ?? (await parts.open(() => openKept(read.keep, { clock, logger, defaultFolder }), closing));
  const resumed = settings.resume === undefined ? undefined : await resume(kept, settings.resume);
  const history = ports.history ?? historyOf(told, clock, resumed?.earlier);
  const sound =
    engine === undefined
      ? undefined
      : await parts.open(
          () =>
            openBrain({
              ...{ engine, llm, conversation: told, history, tools: thinking.tools },
              speech: settings.speech,
              ...{ clock, env: ports.env, fetch: ports.fetch, tell },
            }),
          closing,
        );
  const isSound = sound !== undefined;
  if (hasAvatar) await avatar.readyWithin(AVATAR_WAIT_MS, clock, signal);
  signal?.throwIfAborted();
  const { hearing } = read;
  const { recognition } = settings;
  const { recognizer, env, fetch } = ports;
  const ears =
    settings.hears === true
      ? await parts.open(
          () => openEars({ hearing, recognition, isSound, recognizer, clock, env, fetch, signal }),
          closing,
        )
      : undefined;
  const spoken = await openSpoken(settings, ports, { avatar, tell, isSound }, parts);
  if (isSound && !takesSound(spoken.voice)) throw cannotSound(spoken.topology);
  const send = hasAvatar
    ? await parts.open(
        () => avatarMessages({ client, clock, avatar, logger }),
        () => {},
      )
    : undefined;
  // The face of another program on this machine is the avatar's.
  const shown = hasAvatar ? read.expression : { ...read.expression, vrchat: undefined };
  const sinks = createSinks(shown, {
    ...{ clock, logger, send, write: ports.write, more: ports.sinks },
    model: settings.voice?.model ?? avatar.lane?.model,
  });
  parts.add(() => sinks.sink.close());
  const { user } = settings;
  const { memory } = thinking;
  const about = () => ({
    ...(user === undefined ? {} : { user }),
    ...(avatar.lane === undefined ? {} : { lane: avatar.lane.lane }),
  });
  const session = new ChatSession({ kept, resumed, about, memory, user });
  if (ports.kept !== undefined) parts.add(() => session.end());
  const conversation = new Conversation(
    {
      clock,
      model: thinking.llm,
      brain: sound?.brain,
      openMarks: () => new MarkupScanner({ own: read.expression.tags.own, inlineCode: 'keep' }),
      // By a call: a model that speaks by itself would speak the marks too.
      cueChoices: read.expression.tellModel ? cueChoices(read.expression) : [],
      voice: spoken.voice,
      openReader: () => new ReplyReader(read.expression.tags),
      ear: ears?.hearing,
      recognizer: ears?.recognizer,
      tools: thinking.tools,
      eyes: thinking.eyes,
      guards: thinking.guards,
      sinks: [sinks.sink],
      hooks: ports.hooks,
      kept: session.now,
      memory,
      logger,
      session: session.now.id,
      user,
    },
    told,
    history,
  );
  parts.add(() => conversation.close());
  // What an avatar is to show from the beginning cannot be told before it is there.
  parts.add(avatar.onceReady(() => void sinks.sink.phase?.(conversation.phase)));
  if (sound !== undefined) {
    begin(sound, conversation, tell);
    tellOfSound(
      { conversation: told, llm, voice: settings.voice?.speak?.voice },
      {
        model: sound.model,
        hasWords: ears === undefined || ears.recognizer !== undefined,
        hasGuards: thinking.guards.has('response'),
      },
      tell,
    );
  }
  const latency = new TraceBook();
  conversation.events.on('turnEnded', ({ trace }) => void latency.add(trace));
  const { isAddressed } = ports;
  parts.add(logTurns(conversation, logger));
  if (hasAvatar)
    parts.add(
      takePeerTurns({
        ...{ client, clock, avatar, conversation, early, sink: sinks.peer, isAddressed },
        onRefused: (error) => tell('peerTurnRefused', errorValues(error)),
      }),
    );
  return {
    conversation,
    parts: {
      model: nameOf(sound?.model ?? thinking.llm),
      isDemonstration: sound === undefined && thinking.llm.type === OFFLINE_TYPE,
      speaks: spoken.speaks,
      hears: ears?.hears,
      topology: spoken.topology,
      topologyWhy: spoken.why,
    },
    lines: read.lines,
    latency,
    face: sinks.face,
    hearing: ears?.hearing,
    kept,
    get session() {
      return session.name;
    },
    get sessionId() {
      return session.now.id;
    },
    tools: thinking.tools,
    memory,
    usage: () => [...(sound === undefined ? [] : [sound.brain.usage()]), ...thinking.llm.usage()],
    get lane() {
      return avatar.lane;
    },
    greetWhenReady: () => parts.add(greetWhenReady(avatar, conversation)),
    forget: () => session.forget(conversation),
    close: () => parts.close(),
  };
}

/** Who has told it in words of his own knows better. */
function withSight(conversation: ConversationSettings, sight: string): ConversationSettings {
  const { systemPrompt } = conversation;
  if (sight === '' || systemPrompt.includes('[vision:')) return conversation;
  return { ...conversation, systemPrompt: [systemPrompt, sight].filter((text) => text !== '').join('\n\n') };
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

/** @throws {RequestError} BRIDGE_ERR_KEPT */
async function resume(kept: KeptConversations, id: string): Promise<KeptSession> {
  const session = await kept.resume(id);
  if (session !== undefined) return session;
  throw new RequestError(
    'BRIDGE_ERR_KEPT',
    `Expected a kept session that nobody writes, got ${id.slice(0, 40)}: none is called so, it goes on elsewhere, or section keep keeps nothing. \`mmdagent-bridge sessions list\` shows those that there are`,
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
  parts: OpenParts,
) {
  const { clock, env, host, synthesizer } = ports;
  const pronouncer = createThreadedPronouncer();
  const toKana = (text: string): Promise<string> => pronouncer.kanaOf(text);
  const speech =
    ports.speech ??
    (await parts.open(
      () => createSpeech(settings.speech ?? {}, { clock, env, host, toKana, synthesizer }),
      closing,
    ));
  if (ports.speech === undefined) tellOfSpeech(speech, tell);
  const open = () =>
    openVoice(settings.voice ?? {}, {
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
  return parts.open(open, ({ voice }) => voice.close());
}
