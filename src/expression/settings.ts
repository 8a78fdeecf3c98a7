import type { Phase } from './cue.js';

/**
 * What a cue, a phase or a moment does in MMDAgent-EX: a message, or one of the short forms.
 *
 * A text is a message `TYPE|ARG|…` in which `{model}`, `{value}` and `{durationMs}` stand for what they name.
 */
export type PeerAction =
  | string
  | MessageAction
  | MotionAction
  | MorphAction
  | CameraAction
  | CaptionAction
  | SoundAction
  | PromptAction;

export interface MessageAction {
  readonly message: string;
  /** Sent when the duration is over, or the next of the same kind comes. */
  readonly undo?: string | undefined;
}

export interface MotionAction {
  /** VMD file as MMDAgent-EX sees it: absolute, or relative to the folder of the .mdf. */
  readonly motion: string;
  /** Whether it moves only the bones and morphs it has keys for. @default true */
  readonly part?: boolean | undefined;
  /** Whether it is repeated until its duration is over or the next motion comes. @default false */
  readonly loop?: boolean | undefined;
  /**
   * Name of the motion in MMDAgent-EX; one with the same name is replaced.
   *
   * @default 'action' for faces, else the tag's name or 'phase'; with -full and -loop for such
   */
  readonly alias?: string | undefined;
}

export interface MorphAction {
  /**
   * Morphs of the model with their weights, 0 to 1. The next face, or its duration, undoes them. Not those of the mouth: a morph
   * that is bound moves with no voice.
   */
  readonly morph: Readonly<Record<string, number>>;
  /** How long the change takes, milliseconds, both ways. @default 200 */
  readonly fadeMs?: number | undefined;
}

export interface CameraAction {
  /** `x,y,z|rx,ry,rz|distance|fovy[|seconds]`, or a VMD file. */
  readonly camera: string;
}

export interface CaptionAction {
  /** A text shown until the duration is over. */
  readonly caption: string;
}

export interface SoundAction {
  /** Sound file as MMDAgent-EX sees it. */
  readonly sound: string;
  /** @default 'cue' */
  readonly alias?: string | undefined;
}

export interface PromptAction {
  /** A question on the screen; the choice comes back as a typed turn (`PeerSink.promptChoice`). */
  readonly prompt: string;
  /** One to nine. */
  readonly choices: readonly string[];
}

/** `[face:joy]` and so on in the reply of a model. */
export interface TagSettings {
  /** Whether `1 Hello!` at the beginning of a sentence is an emotion. @default false */
  readonly numberedEmotions: boolean;
  /** Tags besides face, animation, emotion, language and vision. @default [] */
  readonly own: readonly string[];
  /** Only what stands inside `<answer>` (this name) is spoken and shown; undefined: everything but thoughts. */
  readonly spokenTag: string | undefined;
  /** What becomes of `code` in a sentence. @default 'drop' */
  readonly inlineCode: 'drop' | 'keep';
}

/** Captions drawn by MMDAgent-EX. */
export interface PeerCaptionSettings {
  /** Name of a style that the content defines (CAPTION_SETSTYLE). @default '_default', which is always there */
  readonly style: string;
  /** @default 2 */
  readonly size: number;
  /** @default 'CENTER' */
  readonly align: 'CENTER' | 'LEFT' | 'RIGHT';
  /** Place from the bottom, share of the window's height. @default 0.12 */
  readonly height: number;
  /** Longest line, in letters of Japanese (two Latin ones count as one). @default 26 */
  readonly lineChars: number;
  /** Lines kept on screen. @default 2 */
  readonly lines: number;
  /** How long the last caption stays when nothing clears it, milliseconds. @default 10000 */
  readonly holdMs: number;
  /** Whose words are shown. @default ['avatar'] */
  readonly speakers: readonly ('user' | 'avatar')[];
}

/** MMDAgent-EX as a place for expressions. */
export interface PeerSinkSettings {
  /** Alias of the model; undefined: that of the avatar. */
  readonly model: string | undefined;
  /** Whether what is not in `actions` comes from the built-in table. @default true */
  readonly builtIn: boolean;
  /** Folder of the built-in table's motions, as MMDAgent-EX sees it. @default 'gene/motion' */
  readonly motionFolder: string;
  /**
   * By cue `face:joy`, `animation:wave`, `emotion:1`, `face:*` (any other value), by phase `idle`, `listening`, `thinking`,
   * `speaking`, and by moment `start`, `end`.
   */
  readonly actions: Readonly<Record<string, PeerAction | readonly PeerAction[]>>;
  /** How long a cue without a duration lasts, milliseconds. @default 4000 */
  readonly durationMs: number;
  /** undefined: none. */
  readonly caption: PeerCaptionSettings | undefined;
}

/** VRChat, or whatever else takes OSC. */
export interface VrchatSettings {
  /** @default '127.0.0.1' */
  readonly host: string;
  /** UDP. @default 9000 */
  readonly port: number;
  /** @default '/avatar/parameters/FaceOSC' */
  readonly address: string;
  /** Value of each face. @default {}, with phases */
  readonly faces: Readonly<Record<string, number>>;
  /**
   * What is sent when the conversation begins to listen, think, speak or does nothing: one message or several, in this order. Those of
   * `idle` are sent at its end too. @default {}: nothing
   */
  readonly phases: { readonly [Name in Phase]?: readonly VrchatMessage[] | undefined };
  /** Value without a face. @default 0 */
  readonly neutral: number;
  /** How long a cue without a duration lasts, milliseconds. @default 4000 */
  readonly durationMs: number;
}

/** One OSC message. */
export interface VrchatMessage {
  /** Such as `/avatar/parameters/Phase` or `/chatbox/typing`. */
  readonly address: string;
  readonly value: number | boolean | string;
  /** Of a number. @default 'int' for a whole one, else 'float' */
  readonly type?: 'int' | 'float' | undefined;
}

/** The section `expression` of the settings file, checked, with defaults filled in. */
export interface ExpressionSettings {
  readonly tags: TagSettings;
  readonly peer: PeerSinkSettings | undefined;
  readonly vrchat: VrchatSettings | undefined;
  /** Whether faces are shown as emoji in the terminal. @default false */
  readonly console: boolean;
  /** Whether `promptFor` belongs behind the system prompt. @default true */
  readonly tellModel: boolean;
}

export const DEFAULT_CAPTION: PeerCaptionSettings = {
  style: '_default',
  size: 2,
  align: 'CENTER',
  height: 0.12,
  lineChars: 26,
  lines: 2,
  holdMs: 10_000,
  speakers: ['avatar'],
};
