import type { z } from 'zod';
import { ConfigError, nearestName, settingFault } from '../runtime/index.js';
import { actionProblem } from './action-problem.js';
import { MOMENTS } from './peer-table.js';
import { DEFAULT_CAPTION, type ExpressionSettings, type PeerAction, type VrchatMessage } from './settings.js';
import { isReserved } from './tag-forms.js';

type Zod = typeof z;

const MAX_PROBLEMS = 20;
const SECTION = 'expression';
const DURATION_MS = 4000;
/** OSC's numbers have 32 bits. */
const MIN_INT = -2_147_483_648;
const MAX_INT = 2_147_483_647;

/**
 * Reads section `expression` of the settings.
 *
 * @param section - as it stands in the file, `{}` where it has none; undefined and null, from a program: the built-in motions, which no
 *   tag calls for, since the model is not told of them.
 * @throws {ConfigError} BRIDGE_ERR_CONFIG_INVALID - one line for each fault, with its path.
 */
export async function readExpressionSettings(section: unknown): Promise<ExpressionSettings> {
  const { z: zod } = await import('zod');
  const schema = expressionSchema(zod);
  const checked = schema.safeParse(section ?? { tellModel: false });
  if (checked.success) return checked.data;
  const problems = checked.error.issues
    .slice(0, MAX_PROBLEMS)
    .map((issue) => settingFault(issue, SECTION, (path) => NAMES[path.join('.')] ?? []));
  throw new ConfigError('BRIDGE_ERR_CONFIG_INVALID', problems.join('\n'));
}

/** The schema of the section, every default filled in. @param zod - handed over, so that nothing loads it before it is needed. */
export function expressionSchema(zod: Zod): z.ZodType<ExpressionSettings> {
  const tagName = zod
    .string()
    .regex(/^[\p{L}_][\p{L}\p{N}_.-]{0,39}$/u, 'expected a name of letters, digits, "_", "." and "-"');
  const tags = zod.strictObject({
    numberedEmotions: zod.boolean().default(false),
    own: zod
      .array(tagName.refine((name) => !isReserved(name), 'expected a name that no built-in tag has'))
      .max(50)
      .default([]),
    spokenTag: tagName.optional(),
    inlineCode: zod.enum(['drop', 'keep']).default('drop'),
  });
  return zod
    .strictObject({
      tags: tags.prefault({}),
      peer: zod.union([zod.literal(false), peerSchema(zod)]).prefault({}),
      vrchat: vrchatSchema(zod).optional(),
      console: zod.boolean().default(false),
      tellModel: zod.boolean().default(true),
    })
    .transform(
      ({ tags, peer, vrchat, ...rest }): ExpressionSettings => ({
        ...rest,
        tags: { ...tags, spokenTag: tags.spokenTag },
        peer: peer === false ? undefined : peer,
        vrchat,
      }),
    );
}

function peerSchema(zod: Zod) {
  const { speakers, ...caption } = DEFAULT_CAPTION;
  const argument = zod.string().regex(/^[^|\p{Cc}]{1,200}$/u, 'expected a text without "|" and line breaks');
  const captionOptions = zod.strictObject({
    style: argument.default(caption.style),
    size: zod.number().min(0.1).max(20).default(caption.size),
    align: zod.enum(['CENTER', 'LEFT', 'RIGHT']).default(caption.align),
    height: zod.number().min(0).max(1).default(caption.height),
    lineChars: zod.number().int().min(5).max(100).default(caption.lineChars),
    lines: zod.number().int().min(1).max(6).default(caption.lines),
    holdMs: zod.number().min(500).max(600_000).default(caption.holdMs),
    speakers: zod
      .array(zod.enum(['user', 'avatar']))
      .min(1)
      .default([...speakers]),
  });
  return zod.strictObject({
    model: argument.optional().transform((given) => given),
    builtIn: zod.boolean().default(true),
    motionFolder: argument.default('gene/motion'),
    actions: zod.record(zod.string(), actionsSchema(zod)).superRefine(checkKeys).default({}),
    durationMs: durationSchema(zod),
    caption: zod
      .union([zod.boolean(), captionOptions])
      .default(false)
      .transform((given) => (given === true ? DEFAULT_CAPTION : given === false ? undefined : given)),
  });
}

function vrchatSchema(zod: Zod) {
  const value = zod.number().int().min(MIN_INT).max(MAX_INT);
  return zod
    .strictObject({
      host: zod.string().min(1).max(255).default('127.0.0.1'),
      port: zod.number().int().min(1).max(65_535).default(9000),
      address: oscAddress(zod, '/avatar/parameters/FaceOSC').default('/avatar/parameters/FaceOSC'),
      faces: zod.record(zod.string(), value).optional(),
      phases: phasesSchema(zod).default({}),
      neutral: value.default(0),
      durationMs: durationSchema(zod),
    })
    .superRefine(({ faces, phases }, context) => {
      if (faces === undefined && Object.keys(phases).length === 0)
        context.addIssue({
          code: 'custom',
          path: ['faces'],
          message: 'expected the number of each face, or phases',
        });
    })
    .transform(({ faces = {}, ...rest }) => ({ ...rest, faces }));
}

function oscAddress(zod: Zod, example: string) {
  return zod.string().regex(/^\/[\x21-\x7e]{1,200}$/, `expected an OSC address such as ${example}`);
}

function phasesSchema(zod: Zod) {
  const message = zod
    .strictObject({
      address: oscAddress(zod, '/avatar/parameters/Phase'),
      value: zod.union([zod.number(), zod.boolean(), zod.string().max(500)]),
      type: zod.enum(['int', 'float']).optional(),
    })
    .superRefine((given, context) => {
      const problem = valueProblem(given);
      if (problem !== undefined) context.addIssue({ code: 'custom', path: ['value'], message: problem });
    });
  const messages = zod
    .preprocess((given) => (Array.isArray(given) ? given : [given]), zod.array(message).min(1).max(16))
    .optional();
  return zod.strictObject({ idle: messages, listening: messages, thinking: messages, speaking: messages });
}

function valueProblem({ value, type }: VrchatMessage): string | undefined {
  if (typeof value !== 'number')
    return type === undefined ? undefined : `expected a number, since its type is ${type}`;
  const isInt = type === 'int' || (type === undefined && Number.isInteger(value));
  if (!isInt || (Number.isInteger(value) && value >= MIN_INT && value <= MAX_INT)) return undefined;
  return 'expected a whole number of 32 bits, or type float';
}

function durationSchema(zod: Zod) {
  return zod.number().min(100).max(3_600_000).default(DURATION_MS);
}

function actionsSchema(zod: Zod) {
  return zod.unknown().transform((given, context): readonly PeerAction[] => {
    const actions = Array.isArray(given) ? given : [given];
    for (const action of actions) {
      const problem = actionProblem(action);
      if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
    }
    return actions as readonly PeerAction[];
  });
}

/** A key is a cue `name:value`, a tag without a value, a phase or a moment; a phase misspelt would never come. */
function checkKeys(table: Readonly<Record<string, unknown>>, context: z.core.$RefinementCtx): void {
  for (const key of Object.keys(table)) {
    if (key.includes(':') || MOMENTS.some((moment) => moment === key.toLowerCase())) continue;
    const near = nearestName(key, MOMENTS);
    if (near === undefined) continue;
    context.addIssue({ code: 'custom', path: [key], message: `expected ${near}, or a cue such as face:joy` });
  }
}

const NAMES: Readonly<Record<string, readonly string[]>> = {
  '': ['tags', 'peer', 'vrchat', 'console', 'tellModel'],
  tags: ['numberedEmotions', 'own', 'spokenTag', 'inlineCode'],
  peer: ['model', 'builtIn', 'motionFolder', 'actions', 'durationMs', 'caption'],
  'peer.caption': Object.keys(DEFAULT_CAPTION),
  vrchat: ['host', 'port', 'address', 'faces', 'phases', 'neutral', 'durationMs'],
  'vrchat.phases': ['idle', 'listening', 'thinking', 'speaking'],
};
