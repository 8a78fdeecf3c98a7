import { encodeMessage, messageText, parseMessage, speakableText } from '../protocol/index.js';

/** What `{…}` stands for in a message of the settings. */
export interface Placeholders {
  readonly model: string;
  readonly value: string;
  readonly durationMs: number;
}

/** Arguments of a message that MMDAgent-EX reads; the eleventh is dropped with an error. MMDAgent.h MMDAGENT_MAXNCOMMAND. */
const MAX_ARGUMENTS = 10;
/** Longer ones are shrunk by MMDAgent-EX until nobody can read them. */
const MAX_LABEL = 60;
export const MAX_CHOICES = MAX_ARGUMENTS - 1;

/**
 * One checked message `TYPE|ARG|…`.
 *
 * @throws {ProtocolError} of `encodeMessage`: nothing that a model wrote can begin another message or argument.
 */
export function message(type: string, ...args: readonly string[]): string {
  encodeMessage(type, ...args);
  return messageText({ type, args });
}

/**
 * A message of the settings. It is divided into arguments before anything is put in, so that what is put in stays inside one.
 *
 * @throws {ProtocolError} as `message`.
 */
export function filledMessage(template: string, { model, value, durationMs }: Placeholders): string {
  const { type, args } = parseMessage(template);
  const filled = args.map((arg) =>
    arg.replace(/\{(model|value|durationMs)\}/g, (_, name: keyof Placeholders) =>
      name === 'model' ? model : name === 'value' ? value : String(Math.round(durationMs)),
    ),
  );
  return message(type, ...filled);
}

/** @source MMDAgent.cpp addMotion(): a name that runs already is swapped, and keeps its PART/FULL and ONCE/LOOP. */
export function motionAdd(
  model: string,
  {
    alias,
    motion,
    isPart,
    isLoop,
  }: { readonly alias: string; readonly motion: string; readonly isPart: boolean; readonly isLoop: boolean },
): string {
  return message('MOTION_ADD', model, alias, motion, isPart ? 'PART' : 'FULL', isLoop ? 'LOOP' : 'ONCE');
}

export function motionDelete(model: string, alias: string): string {
  return message('MOTION_DELETE', model, alias);
}

/** @source MMDAgent.cpp, MODEL_BINDFACE with 4 arguments: alias, morph, weight, seconds until it is reached. */
export function bindFace(model: string, morph: string, weight: number, fadeMs: number): string {
  return message('MODEL_BINDFACE', model, morph, decimal(weight), decimal(fadeMs / 1000));
}

export function unbindFace(model: string, morph: string): string {
  return message('MODEL_UNBINDFACE', model, morph);
}

/** @source MMDAgent.cpp changeCamera(): `x,y,z|rx,ry,rz|distance|fovy|…` or the name of a file. */
export function camera(view: string): string {
  return message('CAMERA', ...view.split('|'));
}

/** @source Audio_Manager.cpp: SOUND_START|alias|file. */
export function soundStart(alias: string, file: string): string {
  return message('SOUND_START', alias, file);
}

/**
 * @source Prompt.cpp processMessage(), composePrompt(): text, then labels. There `\` anywhere makes a line break of the next `n`
 *   and its neighbour, which may be half a character: no backslash of the text gets through.
 */
export function promptShow(text: string, choices: readonly string[]): string {
  const [line = '', ...labels] = [text, ...choices.slice(0, MAX_CHOICES)].map((part) =>
    [...speakableText(part.replaceAll('\\', '＼'))].slice(0, MAX_LABEL).join(''),
  );
  return message('PROMPT_SHOW', line, ...labels);
}

export interface CaptionPlace {
  readonly style: string;
  readonly size: number;
  readonly align: 'CENTER' | 'LEFT' | 'RIGHT';
  readonly height: number;
  readonly holdMs: number;
}

/**
 * @param lines - without line breaks; at least one has something in it.
 * @source MMDAgent.cpp: CAPTION_START|alias|style|text|size|align|height|frames, 30 frames a second. Caption.cpp: `_` is drawn as a
 *   blank, `\n` breaks the line, and a text that is the name of a file is read as one.
 */
export function captionStart(alias: string, lines: readonly string[], place: CaptionPlace): string {
  const clean = lines.map((line) => speakableText(line.replaceAll('\\', '＼').replaceAll('_', '＿')));
  const text = clean.join('\\n');
  // A blank before it makes sure that no file has this name.
  const isSafe = clean.length > 1 || /[\s。、！？]/.test(text);
  const frames = String(Math.max(1, Math.round(place.holdMs * 0.03)));
  return message(
    'CAPTION_START',
    alias,
    place.style,
    isSafe ? text : `_${text}`,
    decimal(place.size),
    place.align,
    decimal(place.height),
    frames,
  );
}

export function captionStop(alias: string): string {
  return message('CAPTION_STOP', alias);
}

function decimal(value: number): string {
  return String(Number(value.toFixed(3)));
}
