import { RealtimeBrain, type Said, type SoundBrain } from '../dialogue/index.js';
import { type ChatMessage, type LlmSettings, realtimeEngine } from '../llm/index.js';
import { openRealtime } from '../realtime/index.js';
import { type Clock, errorText } from '../runtime/index.js';
import type { ToolBox } from '../tools/index.js';

export interface OpenBrainOptions {
  readonly settings: LlmSettings;
  /** The system prompt, filled in. */
  readonly instructions: string;
  readonly tools: ToolBox;
  readonly session: string;
  readonly user: string | undefined;
  readonly clock: Clock;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What was said so far, for a new connection. */
  readonly said: () => readonly Said[];
  readonly tell: (text: string) => void;
}

/** A model that hears and speaks by itself. */
export interface OpenedBrain {
  readonly brain: SoundBrain;
  /** For people: engine and model. */
  readonly name: string;
  close(): Promise<void>;
}

/**
 * The speech-to-speech model that the settings ask for, connected.
 *
 * @returns undefined: they ask for a model of text. @throws {ConfigError} BRIDGE_ERR_LLM_ENGINE; {ProviderError} BRIDGE_ERR_LLM_* - it
 *   does not answer, or refuses.
 */
export async function openBrain(options: OpenBrainOptions): Promise<OpenedBrain | undefined> {
  const { settings, clock, env, tools, instructions, tell } = options;
  const { engines, engine } = settings;
  if ((await realtimeEngine({ engines, engine }, env)) === undefined) return undefined;
  const model = await openRealtime({ engines, engine, model: settings.model }, { clock, env });
  try {
    const metadata = { session: options.session, turn: 0, user: options.user };
    const { specs, instructions: more } = await tools.offered([], metadata);
    const session = await model.connect({
      instructions: [instructions, ...more].filter((text) => text !== '').join('\n\n'),
      tools: specs,
      history: () => options.said().flatMap(asMessage),
    });
    session.events.on('warned', (text) => tell(`warning: ${text}`));
    session.events.on('dropped', (error) =>
      tell(`The connection to ${model.name} broke and is opened again: ${errorText(error)}`),
    );
    tools.events.on('changed', () => {
      void tools.offered([], metadata).then((offer) => session.update({ tools: offer.specs }));
    });
    return {
      brain: new RealtimeBrain({ session, tools }),
      name: `${model.name} (${model.model})`,
      close: async () => {
        await session.close();
        await model.close();
      },
    };
  } catch (error) {
    await model.close();
    throw error;
  }
}

/** A line of the transcript that the model should know; the turn under way and what failed are none. */
function asMessage({ role, text, outcome }: Said): readonly ChatMessage[] {
  const isOver = outcome === 'completed' || outcome === 'interrupted';
  return isOver && text !== '' ? [{ role, text }] : [];
}
