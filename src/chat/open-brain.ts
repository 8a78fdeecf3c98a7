import { type ConversationSettings, fillIn, type History } from '../dialogue/index.js';
import { type ChatMessage, type LlmSettings, realtimeEngine } from '../llm/index.js';
import { openRealtime, type RealtimeModel } from '../realtime/index.js';
import { type Clock, ConfigError } from '../runtime/index.js';
import type { ToolBox } from '../tools/index.js';
import type { Topology } from './choose-topology.js';
import { LateBrain } from './late-brain.js';
import { checkTemperature, type SoundSettings, soundWishes } from './sound-settings.js';
import { errorValues, type TellNotice } from './tell-notice.js';

const AUTO = 'auto';

/**
 * The engine of speech-to-speech that the settings ask for; undefined: a model of text. A model of the program's own goes before the
 * first of the settings.
 *
 * @throws {ConfigError} BRIDGE_ERR_CONFIG_INVALID
 */
export async function soundEngine(
  { engines, engine, custom = {} }: LlmSettings,
  env: Readonly<Record<string, string | undefined>>,
): Promise<string | undefined> {
  const [first = AUTO] = namesIn(engine);
  const isOwn = first === AUTO ? Object.keys(custom).length > 0 : Object.hasOwn(custom, first);
  return isOwn ? undefined : realtimeEngine({ engines, engine }, env);
}

/** The models of text that stand behind it, where its name is in a row with others. */
export function withoutSoundEngine({ model: _model, engine, ...rest }: LlmSettings): LlmSettings {
  const [, ...others] = namesIn(engine);
  return { ...rest, engine: others.length === 0 ? AUTO : others.join(',') };
}

/** A speech-to-speech model, and a way of speaking that takes no sound of others. */
export function cannotSound(topology: Topology): ConfigError {
  return new ConfigError(
    'BRIDGE_ERR_LLM_ENGINE',
    `Expected topology stream or local for a speech-to-speech model, got ${topology}: it speaks with its own voice. Set --topology stream, or another --llm`,
  );
}

export interface SoundModelOptions extends SoundSettings {
  readonly engine: string;
  readonly clock: Clock;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly fetch?: typeof globalThis.fetch | undefined;
}

/**
 * The speech-to-speech model of a conversation, as its settings want it. Nothing is sent.
 *
 * @throws {ConfigError} BRIDGE_ERR_LLM_ENGINE - it is not set up; BRIDGE_ERR_CONFIG_INVALID - its server would decide where turns end, or
 *   a number that it does not take.
 */
export async function openSoundModel(options: SoundModelOptions): Promise<RealtimeModel> {
  const { engine, llm, clock, env, fetch } = options;
  const wishes = soundWishes(options);
  const model = await openRealtime(
    { engines: llm.engines, engine, model: llm.model, ...wishes },
    { clock, env, ...(fetch === undefined ? {} : { fetch }) },
  );
  checkTemperature(model, wishes);
  if (!model.hearsTurns) return model;
  throw new ConfigError(
    'BRIDGE_ERR_CONFIG_INVALID',
    `llmEngines.${model.name}.turnDetection: expected none in a conversation, whose own hearing decides where turns end. Remove it; section conversation.hearing says how long pauses are.`,
  );
}

export interface OpenBrainOptions extends SoundModelOptions {
  readonly history: History;
  readonly tools: ToolBox;
  readonly tell: TellNotice;
}

export interface OpenedBrain {
  readonly brain: LateBrain;
  readonly model: RealtimeModel;
  close(): Promise<void>;
}

/**
 * A speech-to-speech model as the brain of a conversation. Nothing is sent before it is prepared or asked.
 *
 * @throws {ConfigError} as `openSoundModel`.
 */
export async function openBrain(options: OpenBrainOptions): Promise<OpenedBrain> {
  const { conversation, history, tools, tell } = options;
  const model = await openSoundModel(options);
  const instructions = fillIn(conversation.systemPrompt, conversation.parameters);
  const brain = new LateBrain({
    name: model.name,
    instructions,
    tools,
    maxRounds: conversation.reply.maxRounds,
    open: async () => {
      const session = await model.connect({ instructions, history: () => said(history, conversation) });
      session.events.on('warned', (text) => tell('modelWarned', { text }));
      session.events.on('dropped', (error) =>
        tell('modelReconnected', { model: model.name, ...errorValues(error) }),
      );
      return session;
    },
  });
  return {
    brain,
    model,
    close: async () => {
      brain.close();
      await model.close();
    },
  };
}

/** What a new session must know: what was heard, without the turn that is being asked and without those that failed. */
function said(history: History, settings: ConversationSettings): readonly ChatMessage[] {
  const { initialMessages, history: limits } = settings;
  const lines = history.said().filter(({ outcome }) => outcome !== 'failed' && outcome !== 'open');
  const [welcome, turns] = [lines.filter(({ turn }) => turn === 0), lines.filter(({ turn }) => turn > 0)];
  const all = [...welcome, ...initialMessages, ...turns.slice(-2 * limits.maxPairs)];
  return all.map(({ role, text }): ChatMessage => ({ role, text }));
}

function namesIn(engine: string | undefined): readonly string[] {
  return (engine ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}
