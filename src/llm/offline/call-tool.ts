import type { ToolCall, ToolSpec } from '../chat-model.js';
import type { Conversation } from './conversation.js';

/** Words of tools' names that say nothing of what they are about. */
const GENERIC = new Set(
  'get set the tool tools call run execute find list fetch read write current now make create use for with and from any all new'.split(
    ' ',
  ),
);

/** How Japanese users name what English names of tools speak of. */
const JAPANESE: Readonly<Record<string, RegExp>> = {
  weather: /天気|気温/,
  time: /時刻|何時/,
  date: /日付|何日/,
  search: /検索|調べ|探し/,
  memory: /記憶|覚え|思い出/,
  remember: /覚え/,
  recall: /思い出/,
  camera: /カメラ|写真/,
  picture: /写真|画像/,
  screenshot: /画面|スクリーンショット/,
  music: /音楽|曲/,
  light: /照明|電気|明かり|ライト/,
  lights: /照明|電気|明かり|ライト/,
  timer: /タイマー/,
  alarm: /アラーム|目覚まし/,
  news: /ニュース/,
  calculator: /電卓|計算/,
  translate: /翻訳|訳し/,
  dance: /踊|ダンス/,
};

/**
 * The call that the user asks for, in the one way that this model knows: the tool's name, or a word of it, is in the user's words.
 *
 * @returns undefined when no tool fits, unless one must be called: then it is the first.
 */
export function callFor({ tools, words, mustCall, before }: Conversation): ToolCall | undefined {
  const tool = tools.find((candidate) => fits(candidate, words)) ?? (mustCall ? tools[0] : undefined);
  if (tool === undefined) return undefined;
  return {
    id: `offline-${before.length + 1}`,
    name: tool.name,
    argumentsJson: JSON.stringify(argumentsFor(tool, words)),
  };
}

function fits({ name }: ToolSpec, words: string): boolean {
  const lower = words.toLowerCase();
  const parts = name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((part) => part !== '');
  if (lower.includes(name.toLowerCase()) || lower.includes(parts.join(' '))) return true;
  const heard = new Set(lower.match(/[a-z0-9]+/g) ?? []);
  return parts
    .filter((part) => part.length > 2 && !GENERIC.has(part))
    .some((part) => heard.has(part) || JAPANESE[part]?.test(words) === true);
}

type Schema = Readonly<Record<string, unknown>>;

/** Values for what the tool needs: as the schema offers them, else out of the user's words. */
function argumentsFor({ parameters }: ToolSpec, words: string): Readonly<Record<string, unknown>> {
  const properties = schemaOf(parameters['properties']);
  const required = Array.isArray(parameters['required']) ? parameters['required'] : [];
  return Object.fromEntries(
    required
      .filter((name): name is string => typeof name === 'string')
      .map((name) => [name, valueFor(name, schemaOf(properties[name]), words)]),
  );
}

function valueFor(name: string, schema: Schema, words: string): unknown {
  if ('const' in schema) return schema['const'];
  const choices = Array.isArray(schema['enum']) ? schema['enum'] : [];
  if (choices.length > 0)
    return choices.find((choice) => words.toLowerCase().includes(String(choice).toLowerCase())) ?? choices[0];
  switch (schema['type']) {
    case 'number':
    case 'integer':
      return numberFor(schema, words);
    case 'boolean':
      return schema['default'] ?? !/\b(?:off|not|no)\b|消|オフ|止め/i.test(words);
    case 'array':
      return schema['default'] ?? [];
    case 'object':
      return schema['default'] ?? {};
    default:
      return textFor(name, words) ?? schema['default'] ?? words;
  }
}

function numberFor(schema: Schema, words: string): number {
  const found = /-?\d+(?:\.\d+)?/.exec(words)?.[0];
  const offered = found ?? schema['default'] ?? schema['minimum'] ?? 1;
  const value = Number(offered);
  return schema['type'] === 'integer' ? Math.round(value) : value;
}

function textFor(name: string, words: string): string | undefined {
  const quoted = /["“「](.+?)["”」]/.exec(words)?.[1];
  if (quoted !== undefined) return quoted;
  if (!/city|location|place|town|region|area/i.test(name)) return undefined;
  return (
    /\b(?:in|at|for|near)\s+([A-Z][\p{L}'-]*(?:\s[A-Z][\p{L}'-]*)*)/u.exec(words)?.[1] ??
    /^(.{1,12}?)の/.exec(words)?.[1]
  );
}

function schemaOf(value: unknown): Schema {
  return typeof value === 'object' && value !== null ? (value as Schema) : {};
}
