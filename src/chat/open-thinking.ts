import { type Llm, type LlmSettings, openLlm } from '../llm/index.js';
import type { ProgramHost } from '../programs/index.js';
import type { Clock, Logger, Random } from '../runtime/index.js';
import {
  createEyes,
  createGuards,
  createToolBox,
  type Eyes,
  type GetDynamicTools,
  type GetImageUrl,
  type Guard,
  type Guards,
  type LongTermMemory,
  memoryTool,
  openMemory,
  readToolSettings,
  sightPrompt,
  sourcesHere,
  type Tool,
  type ToolBox,
  type ToolSettings,
  wordGuards,
} from '../tools/index.js';
import { closing, type OpenParts, openWhole } from './open-parts.js';

/** What a program adds to the thinking of its conversations. */
export interface OwnThinking {
  readonly tools?: readonly Tool[] | undefined;
  readonly getDynamicTools?: GetDynamicTools | undefined;
  readonly getImageUrl?: GetImageUrl | undefined;
  readonly guards?: readonly Guard[] | undefined;
  readonly memory?: LongTermMemory | undefined;
}

export interface ThinkingPorts extends OwnThinking {
  readonly clock: Clock;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly host: ProgramHost;
  readonly logger: Logger;
  readonly version: string;
  /** @default Math.random */
  readonly random?: Random | undefined;
  /** For memory on disk; undefined: there is no place, and a memory needs a folder in the settings. */
  readonly memoryFolder: string | undefined;
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** Ends opening; later it has no effect. */
  readonly signal?: AbortSignal | undefined;
}

/** A model and what it may use. */
export interface Thinking {
  readonly llm: Llm;
  readonly tools: ToolBox;
  readonly eyes: Eyes;
  /** What the model must know to look, behind the system prompt; '' where there is nothing to look with, or it sees no pictures. */
  readonly sight: string;
  readonly guards: Guards;
  readonly memory: LongTermMemory | undefined;
  /** Of what was opened here. */
  close(): Promise<void>;
}

export interface ThinkingSettings {
  /** Whether another model hears and speaks in its place, which sees too. @default false */
  readonly isSound?: boolean;
  readonly llm: LlmSettings;
  readonly tools: unknown;
}

/** What of thinking several conversations may share. */
export interface Mind extends Pick<Thinking, 'llm' | 'tools' | 'guards' | 'memory' | 'close'> {
  /** What the settings say of pictures. */
  readonly vision: ToolSettings['vision'];
}

/**
 * @param mind - shared with others, and not closed; undefined: its own.
 * @throws {ConfigError} BRIDGE_ERR_CONFIG_INVALID, BRIDGE_ERR_LLM_ENGINE; the signal's reason. What was opened is closed again.
 */
export async function openThinking(
  settings: ThinkingSettings,
  ports: ThinkingPorts,
  mind?: Mind,
): Promise<Thinking> {
  return openWhole(ports.signal, async (parts) => {
    const { llm, tools, guards, memory, vision } =
      mind ?? (await parts.open(() => openMind(settings, ports), closing));
    const seen = await openSight(settings, ports, { llm, vision });
    return { llm, tools, guards, memory, ...seen, close: () => parts.close() };
  });
}

/** @throws as `openThinking`. */
export async function openMind(settings: ThinkingSettings, ports: ThinkingPorts): Promise<Mind> {
  return openWhole(ports.signal, (parts) => composed(settings, ports, parts));
}

async function composed(settings: ThinkingSettings, ports: ThinkingPorts, parts: OpenParts): Promise<Mind> {
  const { clock, env, host, logger, version, fetch } = ports;
  const read = await readToolSettings(settings.tools, env);
  const guards = createGuards([...wordGuards(read.guards), ...(ports.guards ?? [])], { clock, log: logger });
  const llm = await parts.open(() => openLlm(settings.llm, { clock, env, fetch }), closing);
  const common = commonPorts(ports);
  const folder = ports.memoryFolder ?? '';
  const opened = read.memory === undefined ? undefined : openMemory(read.memory, { ...common, folder });
  parts.add(() => opened?.close());
  const memory = ports.memory ?? opened;
  const tools = await parts.open(
    () =>
      createToolBox(read, {
        ...common,
        host,
        version,
        random: ports.random ?? Math.random,
        tools: [...(memory === undefined ? [] : [memoryTool(memory)]), ...(ports.tools ?? [])],
        ...(ports.getDynamicTools === undefined ? {} : { getDynamicTools: ports.getDynamicTools }),
      }),
    closing,
  );
  return { llm, tools, guards, memory, vision: read.vision, close: () => parts.close() };
}

/** Each conversation has eyes of its own: those of its user. */
async function openSight(
  settings: ThinkingSettings,
  ports: ThinkingPorts,
  { llm, vision }: Pick<Mind, 'llm' | 'vision'>,
): Promise<Pick<Thinking, 'eyes' | 'sight'>> {
  const { host, getImageUrl } = ports;
  const own = getImageUrl === undefined ? {} : { getImageUrl };
  // Who has not asked for pictures is not looked at by a model's own choice.
  const isAsked = getImageUrl !== undefined || hasVision(settings.tools);
  const sees = settings.isSound === true || llm.seesImages;
  const sight = isAsked && sees ? sightPrompt(await sourcesHere(vision, { host, ...own })) : '';
  const eyes = createEyes(vision, { ...commonPorts(ports), host, ...own });
  return { eyes, sight };
}

function commonPorts({ clock, logger, fetch }: ThinkingPorts) {
  return { clock, log: logger, ...(fetch === undefined ? {} : { fetch }) };
}

/** The settings have a section for pictures, be it empty. */
function hasVision(tools: unknown): boolean {
  return typeof tools === 'object' && tools !== null && 'vision' in tools && tools.vision !== undefined;
}
