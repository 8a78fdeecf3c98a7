import { z } from 'zod';
import { API_LIMITS } from './protocol.js';

/** Schemas of what several messages and routes are made of. Import types only where a browser is meant: zod stays out of its bundle. */
const whole = z.number().int().min(0);
const name = z.string().min(1).max(API_LIMITS.nameChars);

export const Channel = z.number().int().min(1).max(0xffff).describe('Number of a session on this connection');
export const TurnNumber = whole.max(0xffff_ffff).describe('Number of a turn within its session, from 1');
export const SpeechNumber = z
  .number()
  .int()
  .min(1)
  .max(0xffff_ffff)
  .describe('Number of what is spoken or played on a lane, on this connection');
export const SessionText = z.string().max(API_LIMITS.textChars);
export const SpokenText = z.string().min(1).max(API_LIMITS.textChars);
export const LaneName = z.string().min(1).max(80).describe('An avatar of the bridge; left out: the only one');
export const Milliseconds = z.number().min(0).max(86_400_000);

export const IfBusy = z
  .enum(['interrupt', 'queue', 'refuse'])
  .describe('What becomes of the turn under way. Default interrupt');
export const LaneIfBusy = z
  .enum(['queue', 'interrupt', 'fail'])
  .describe('What becomes of what is spoken there. Default queue');

export const Voice = z
  .discriminatedUnion('to', [
    z.strictObject({
      to: z.literal('client').describe('Sound comes as binary frames'),
      sampleRateHz: z.number().int().min(8000).max(48_000).optional().describe('Default 24000'),
    }),
    z.strictObject({
      to: z.literal('avatar').describe('An avatar of the bridge speaks'),
      lane: LaneName.optional(),
    }),
    z.strictObject({ to: z.literal('nobody').describe('Replies are only read') }),
  ])
  .describe('Where the sound of replies goes');

/** What a session is opened with. */
export const OpenWish = z.strictObject({
  name: name
    .optional()
    .describe("The caller's own name for it: the same name is the same session. Default: a new one"),
  persona: name.optional(),
  voice: Voice.optional(),
  user: name.optional().describe('Who talks, for memory and tools'),
  said: z
    .array(z.strictObject({ role: z.enum(['user', 'assistant']), text: SessionText }))
    .max(400)
    .optional()
    .describe('What was said before'),
  instructions: SessionText.optional().describe('Joins the system prompt'),
});

/** A picture as `data:image/…;base64,`; 4 MiB of it are 5.6 million characters. */
export const Picture = z.string().min(1).max(5_700_000).describe('data:image/…;base64, or https:');

/** The answer to `vision`: a picture, or why there is none. */
export const GivenPicture = z.strictObject({
  picture: z.string().min(1).max(128).describe('As `vision` named it'),
  image: Picture.optional(),
  refused: z.string().max(1000).optional().describe('Why there is none'),
});

/** For the schema of `GivenPicture`, and of what extends it. */
export function isPictureOrRefusal({
  image,
  refused,
}: {
  readonly image?: unknown;
  readonly refused?: unknown;
}): boolean {
  return (image === undefined) !== (refused === undefined);
}
export const PICTURE_OR_REFUSAL = 'Expected image or refused';

const metadata = z
  .record(z.string().max(100), z.unknown())
  .refine((value) => JSON.stringify(value).length <= 20_000, 'Expected at most 20000 characters of JSON');

export const Question = z.strictObject({
  text: SessionText.describe('May be empty with images'),
  images: z.array(Picture).max(4).optional(),
  context: name.optional().describe('A context to go on with, as `turn` told it'),
  metadata: metadata.optional(),
  parameters: z.record(z.string().max(100), z.string().max(2000)).optional(),
  ifBusy: IfBusy.optional(),
});

export const Tuning = z.strictObject({
  bargeIn: z.boolean().optional().describe("Whether the user's voice may end a reply"),
  thresholdDbfs: z.number().min(-100).max(0).optional().describe("Softer than this is nobody's voice"),
  isMuted: z.boolean().optional(),
});

export const Phase = z.enum(['idle', 'listening', 'thinking', 'speaking']);
export const Line = z.object({
  turn: TurnNumber,
  role: z.enum(['user', 'assistant']),
  text: z.string(),
  outcome: z.enum(['open', 'completed', 'interrupted', 'failed', 'dropped']),
});

/** How a session stands: told when it is opened, and where something was missed. */
export const SessionState = z.object({
  session: z.string().describe('Its number, for the paths of REST'),
  name: z.string(),
  phase: Phase,
  isBusy: z.boolean(),
  context: z.string(),
  face: z.string(),
  isOperated: z.boolean().describe('Whether an operator writes the replies'),
  sampleRateHz: z.number().int().optional().describe('Of its sound; absent where none comes here'),
  messages: z.array(Line).describe('The last 100'),
});

export const SessionFacts = z.object({
  session: z.string(),
  name: z.string(),
  caller: z.string(),
  by: z.string(),
  user: z.string().optional(),
  persona: z.string(),
  voice: z.object({ to: z.string(), lane: z.string().optional(), sampleRateHz: z.number().optional() }),
  phase: Phase,
  isHeld: z.boolean(),
  isOperated: z.boolean(),
  turns: whole,
  sinceMs: z.number(),
  quietMs: z.number(),
});

export const Phoneme = z.strictObject({
  phoneme: z.string().min(1).max(16),
  startMs: Milliseconds,
  endMs: Milliseconds,
});

export const Lane = z.object({
  lane: z.string(),
  model: z.string(),
  state: z.string().describe('disconnected, waiting, modelMissing, ready, closed'),
  isSimulator: z.boolean(),
  isSpeaking: z.boolean(),
});

export const LaneMessage = z
  .string()
  .min(1)
  .max(1900)
  .regex(/^[^\r\n\0|]+(\|[^\r\n\0]*)?$/, 'Expected one line, TYPE|ARG|…')
  .describe('TYPE|ARG|… as MMDAgent-EX takes it');

export const Failure = z.object({
  code: z.string().describe('BRIDGE_ERR_…'),
  message: z.string(),
  retryable: z.boolean().describe('Whether the same may succeed later'),
});

export type OpenWish = z.infer<typeof OpenWish>;
export type Question = z.infer<typeof Question>;
export type Tuning = z.infer<typeof Tuning>;
export type Phase = z.infer<typeof Phase>;
export type Line = z.infer<typeof Line>;
export type SessionState = z.infer<typeof SessionState>;
export type ListedSession = z.infer<typeof SessionFacts>;
export type Lane = z.infer<typeof Lane>;
export type Phoneme = z.infer<typeof Phoneme>;
export type Failure = z.infer<typeof Failure>;
