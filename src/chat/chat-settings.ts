import { type ConversationSettings, readConversationSettings } from '../dialogue/index.js';
import { DEFAULT_HEARING, HEARING_SCHEMA, type HearingSettings } from '../hearing/index.js';
import { ConfigError, settingFault } from '../runtime/index.js';

/** What section `conversation` holds besides what the conversation itself reads. */
export interface ConversationExtras {
  readonly hearing: HearingSettings;
  /** Canned lines of the operator, by name; those named by a digit have hotkeys. @default {} */
  readonly lines: Readonly<Record<string, string>>;
}

export interface ReadConversation extends ConversationExtras {
  readonly conversation: ConversationSettings;
}

const HEARING_NAMES = [...Object.keys(DEFAULT_HEARING), 'thresholdDbfs', 'sileroModel'];
const EXTRAS = ['hearing', 'lines'] as const;

/**
 * Reads section `conversation` of the settings: what the conversation takes, its ear, and the operator's lines.
 *
 * @throws {ConfigError} BRIDGE_ERR_CONFIG_INVALID - one line for each fault, with its path.
 */
export async function readConversation(
  section: Readonly<Record<string, unknown>>,
  systemPrompt: string | undefined,
): Promise<ReadConversation> {
  const extras: Record<string, unknown> = {};
  const rest: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(section))
    (EXTRAS.some((extra) => extra === name) ? extras : rest)[name] = value;
  const { z: zod } = await import('zod');
  const schema = zod.strictObject({
    hearing: HEARING_SCHEMA(zod).prefault({}),
    lines: zod.record(zod.string().min(1).max(40), zod.string().min(1).max(2000)).default({}),
  });
  const checked = schema.safeParse(extras);
  const problems = checked.success
    ? []
    : checked.error.issues.map((issue) => settingFault(issue, 'conversation', () => HEARING_NAMES));
  const conversation = await readConversationSettings(rest, systemPrompt).catch((error: unknown) => {
    if (!(error instanceof ConfigError)) throw error;
    problems.push(error.message);
    return undefined;
  });
  if (problems.length > 0) throw new ConfigError('BRIDGE_ERR_CONFIG_INVALID', problems.join('\n'));
  if (!checked.success || conversation === undefined) throw new ConfigError('BRIDGE_ERR_CONFIG_INVALID', '');
  return { ...checked.data, conversation };
}
