import { ConfigError, Emitter } from '../runtime/index.js';
import { type EngineEntry, isFields } from '../vendor/index.js';
import { chooseLlms, entryOf, type LlmNames } from './around/choose-llms.js';
import { ComposedLlm } from './around/composed-llm.js';
import { ModelLine } from './around/model-line.js';
import { UsageCounts } from './around/usage-counts.js';
import type { ChatModel } from './chat-model.js';
import type { Llm, LlmEvents, LlmPorts, LlmSettings } from './llm.js';
import { readLlmEngines, withModel } from './llm-book.js';
import { CHAT_KINDS } from './llm-kinds.js';
import { OFFLINE_TYPE } from './offline/offline-options.js';

/** A model that says nothing for so long is ill; one on this machine may have to be loaded first. */
const FIRST_PART_MS = 60_000;
const IDLE_MS = 30_000;
/** An engine that watches over itself knows better what is wrong: it is given time to say so. */
const GRACE_MS = 5_000;

/**
 * Opens the language model of a conversation. Nothing is sent yet: see `warmUp`.
 *
 * @throws {ConfigError} BRIDGE_ERR_CONFIG_INVALID - the section is wrong, one line for each fault; BRIDGE_ERR_LLM_ENGINE - a name that
 *   is none, or none of those named is set up.
 */
export async function openLlm(settings: LlmSettings, ports: LlmPorts): Promise<Llm> {
  const events = new Emitter<LlmEvents>();
  const usage = new UsageCounts();
  const plan = await planned(settings, ports);
  const chosen = await allOrNone(plan.names.map((name) => chosenModel(name, plan, settings, ports)));
  const ready = chosen.filter((choice) => 'model' in choice);
  const left = chosen.filter((choice) => 'missing' in choice);
  const lines = ready.map(
    ({ name, model, options }) =>
      new ModelLine(model, {
        ...{ name, clock: ports.clock, usage, ...patience(options) },
        warn: (text) => events.emit('warned', text),
      }),
  );
  const [first, ...others] = lines;
  if (first === undefined) throw nothingReady(left);
  return new ComposedLlm({
    ...{ clock: ports.clock, random: ports.random ?? Math.random, usage, events, why: plan.why },
    lines: [first, ...others],
    owned: ready.filter(({ isOwned }) => isOwned).map(({ model }) => model),
    warnings: [...plan.warnings, ...left.map(({ name, missing }) => `${name} is left out: ${missing}`)],
    temperature: settings.temperature,
    maxTokens: settings.maxTokens,
    retries: settings.retries ?? 2,
    maxRetryDelayMs: settings.maxRetryDelayMs ?? 4_000,
    restMs: settings.restMs ?? 30_000,
  });
}

interface Plan extends LlmNames {
  readonly entries: ReadonlyMap<string, EngineEntry>;
  readonly warnings: readonly string[];
}

type ChosenModel =
  | { readonly name: string; readonly missing: string }
  | {
      readonly name: string;
      readonly model: ChatModel;
      readonly options: unknown;
      readonly isOwned: boolean;
    };

/** The engines, the first with the model that was asked for. */
async function planned(
  { engines, engine, model, custom = {} }: LlmSettings,
  { env }: LlmPorts,
): Promise<Plan> {
  const own = Object.keys(custom);
  const entries = await readLlmEngines(engines, env);
  const choice = chooseLlms(engine, entries, own);
  const [first = ''] = choice.names;
  if (model === undefined) return { ...choice, entries, warnings: [] };
  if (own.includes(first) || entries.get(first)?.type === OFFLINE_TYPE)
    return { ...choice, entries, warnings: [`${first} has no other models: "${model}" is not used`] };
  return { ...choice, entries: await readLlmEngines(withModel(engines, first, model), env), warnings: [] };
}

async function chosenModel(
  name: string,
  { entries }: Plan,
  { custom = {} }: LlmSettings,
  ports: LlmPorts,
): Promise<ChosenModel> {
  const own = Object.hasOwn(custom, name) ? custom[name] : undefined;
  if (own !== undefined) return { name, model: own, options: undefined, isOwned: false };
  const { type, missing, options } = entryOf(name, entries);
  const kind = CHAT_KINDS[type];
  if (missing !== undefined) return { name, missing };
  if (kind === undefined) return { name, missing: `no kind of language model is "${type}"` };
  // The schema of its own kind gave the options.
  return { name, model: await kind.create(name, options as never, ports), options, isOwned: true };
}

/** When one cannot be made, those that were are closed again. */
async function allOrNone(choices: readonly Promise<ChosenModel>[]): Promise<readonly ChosenModel[]> {
  try {
    return await Promise.all(choices);
  } catch (error) {
    for (const choice of await Promise.allSettled(choices))
      if (choice.status === 'fulfilled' && 'model' in choice.value && choice.value.isOwned)
        await choice.value.model.close();
    throw error;
  }
}

function nothingReady(left: readonly { readonly name: string; readonly missing: string }[]): ConfigError {
  const why = left.map(({ name, missing }) => `${name} is not set up: ${missing}`).join('\n');
  return new ConfigError('BRIDGE_ERR_LLM_ENGINE', why);
}

/** Engines behind a network say how long they wait themselves; signs of life without parts count as silence here. */
function patience(options: unknown): { readonly firstPartMs: number; readonly idleMs: number } {
  const fields = isFields(options) ? options : {};
  const { firstByteMs, idleMs } = fields;
  if (typeof firstByteMs !== 'number') return { firstPartMs: FIRST_PART_MS, idleMs: IDLE_MS };
  const betweenMs = typeof idleMs === 'number' ? idleMs : IDLE_MS;
  return {
    firstPartMs: firstByteMs + betweenMs + GRACE_MS,
    idleMs: Math.max(firstByteMs, betweenMs) + GRACE_MS,
  };
}
