import { encodeMessage, parseMessage } from '../protocol/index.js';
import { errorText, nearestName } from '../runtime/index.js';
import { MAX_CHOICES } from './peer-messages.js';

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === 'string' && value.trim() !== '' && value.length <= 1000;
const isFlag: Check = (value) => typeof value === 'boolean';
const isName: Check = (value) => isText(value) && !/[|\p{Cc}]/u.test(String(value));
const isWeights: Check = (value) =>
  isRecord(value) &&
  Object.keys(value).length > 0 &&
  Object.entries(value).every(
    ([morph, weight]) => isName(morph) && typeof weight === 'number' && weight >= 0 && weight <= 1,
  );

interface Form {
  readonly fields: Readonly<Record<string, Check>>;
  readonly needs: readonly string[];
  readonly expects: string;
}

/** Forms of an action, by the field that tells them apart. */
const FORMS: Readonly<Record<string, Form>> = {
  message: {
    fields: { message: isMessage, undo: isMessage },
    needs: [],
    expects: 'message: TYPE|ARG|…, and undo: another',
  },
  motion: {
    fields: { motion: isName, part: isFlag, loop: isFlag, alias: isName },
    needs: [],
    expects: 'motion: a VMD file, with part and loop true or false, and alias',
  },
  morph: {
    fields: {
      morph: isWeights,
      fadeMs: (value) => typeof value === 'number' && value >= 0 && value <= 10_000,
    },
    needs: [],
    expects: 'morph: {name: 0 to 1, …}, with fadeMs from 0 to 10000',
  },
  camera: {
    fields: { camera: isText },
    needs: [],
    expects: 'camera: x,y,z|rx,ry,rz|distance|fovy or a VMD file',
  },
  caption: { fields: { caption: isText }, needs: [], expects: 'caption: a text' },
  sound: { fields: { sound: isName, alias: isName }, needs: [], expects: 'sound: a sound file, and alias' },
  prompt: {
    fields: {
      prompt: isText,
      choices: (value) =>
        Array.isArray(value) && value.length > 0 && value.length <= MAX_CHOICES && value.every(isText),
    },
    needs: ['choices'],
    expects: `prompt: a question, and choices: one to ${MAX_CHOICES} texts`,
  },
};

/** What is wrong with an action as the settings have it: what was expected and what came; undefined: nothing. */
export function actionProblem(action: unknown): string | undefined {
  if (typeof action === 'string') return messageProblem(action);
  const kinds = Object.keys(FORMS).join(', ');
  if (!isRecord(action)) return `expected a message TYPE|ARG|… or one of {${kinds}}`;
  const name = Object.keys(FORMS).find((known) => known in action);
  if (name === undefined) {
    const [first = ''] = Object.keys(action);
    const near = nearestName(first, Object.keys(FORMS));
    return `expected one of {${kinds}}${near === undefined ? '' : `. Did you mean ${near}?`}`;
  }
  return formProblem(action, FORMS[name]);
}

function formProblem(action: Readonly<Record<string, unknown>>, form: Form | undefined): string | undefined {
  if (form === undefined) return undefined;
  const wrong = Object.entries(action).find(([key, value]) => {
    const check = Object.hasOwn(form.fields, key) ? form.fields[key] : undefined;
    return value !== undefined && check?.(value) !== true;
  });
  const missing = form.needs.find((key) => action[key] === undefined);
  if (wrong === undefined && missing === undefined) return undefined;
  return `expected {${form.expects}}, got something else for ${wrong?.[0].slice(0, 40) ?? missing}`;
}

function messageProblem(template: string): string | undefined {
  try {
    const { type, args } = parseMessage(template.replace(/\{(?:model|value|durationMs)\}/g, 'x'));
    encodeMessage(type, ...args);
    return undefined;
  } catch (error) {
    return errorText(error);
  }
}

function isMessage(value: unknown): boolean {
  return typeof value === 'string' && messageProblem(value) === undefined;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
