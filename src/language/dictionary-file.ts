import { isMap, isScalar, isSeq, LineCounter, parseDocument, type YAMLMap } from 'yaml';
import { ConfigError, inOneLine } from '../runtime/index.js';
import { Dictionary, type DictionaryEntry } from './dictionary.js';
import { MappedText } from './mapped-text.js';
import { characterForms } from './normalise-characters.js';
import type { RunLanguage } from './split-languages.js';

export type DictionaryFormat = 'yaml' | 'json' | 'csv';

/** What stands in a file for one entry, before it is checked. */
interface Row {
  readonly line: number;
  readonly fields: Readonly<Record<string, unknown>>;
}

const FIELDS = ['surface', 'spoken', 'phonemes', 'language', 'case', 'word'];
const MAX_ENTRIES = 20_000;
const MAX_SURFACE_CHARACTERS = 100;
const MAX_SPOKEN_CHARACTERS = 300;
/** More are counted only. */
const MAX_LISTED = 10;

/**
 * Reads a pronunciation dictionary.
 *
 * - YAML, JSON: `GitHub: ギットハブ`, or a list of `{surface, spoken, phonemes, language, case, word}`, or both forms as a map of maps.
 * - CSV: a first line with these names; `"` around fields that hold commas.
 *
 * `spoken` (kana, a respelling) or `phonemes` (lip.txt names, a list or divided by blanks) must be there. `case`: `exact` or `any`; left out: exact
 * where the surface has a capital. `word`: whether it must stand alone; left out: where it begins or ends with a Latin letter or digit.
 *
 * @param name - of the file, for messages; its ending tells the format unless `format` does.
 * @throws {ConfigError} BRIDGE_ERR_CONFIG_INVALID - with the lines of what is wrong.
 */
export function parseDictionary(text: string, name: string, format?: DictionaryFormat): Dictionary {
  const problems: string[] = [];
  const rows = (format ?? formatOf(name)) === 'csv' ? csvRows(text, problems) : yamlRows(text, problems);
  const entries: DictionaryEntry[] = [];
  for (const row of rows) {
    const entry = entryOf(row, problems);
    if (entry !== undefined) entries.push(entry);
  }
  if (entries.length > MAX_ENTRIES)
    problems.push(`expected at most ${MAX_ENTRIES} entries, got ${entries.length}`);
  if (problems.length > 0) throw dictionaryError(name, problems);
  return new Dictionary(entries);
}

function formatOf(name: string): DictionaryFormat {
  return /\.csv$/i.test(name) ? 'csv' : 'yaml';
}

function dictionaryError(name: string, problems: readonly string[]): ConfigError {
  const listed = problems.slice(0, MAX_LISTED).map((problem) => `\n  ${problem}`);
  const more = problems.length > MAX_LISTED ? `\n  and ${problems.length - MAX_LISTED} more` : '';
  return new ConfigError(
    'BRIDGE_ERR_CONFIG_INVALID',
    `${name} is no pronunciation dictionary:${listed.join('')}${more}`,
  );
}

function yamlRows(text: string, problems: string[]): readonly Row[] {
  const lines = new LineCounter();
  // JSON is YAML. No aliases: a small file must not become a large one.
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false });
  const lineOf = (node: unknown): number => {
    const range = typeof node === 'object' && node !== null && 'range' in node ? node.range : undefined;
    return Array.isArray(range) ? lines.linePos(Number(range[0])).line : 1;
  };
  for (const error of document.errors)
    problems.push(`line ${lines.linePos(error.pos[0]).line}: ${error.message}`);
  if (problems.length > 0 || document.contents === null) return [];
  const root: unknown = document.contents;
  if (isMap(root)) return mapRows(root, lineOf, problems);
  if (!isSeq(root)) {
    problems.push(`line ${lineOf(root)}: expected "surface: spoken" lines or a list of entries`);
    return [];
  }
  return root.items.flatMap((item) => {
    if (isMap(item)) return [{ line: lineOf(item), fields: fieldsOf(item) }];
    problems.push(`line ${lineOf(item)}: expected an entry with surface and spoken, got ${String(item)}`);
    return [];
  });
}

function mapRows(map: YAMLMap, lineOf: (node: unknown) => number, problems: string[]): readonly Row[] {
  return map.items.flatMap(({ key, value }): Row[] => {
    const line = lineOf(key);
    const surface = isScalar(key) ? String(key.source ?? key.value) : String(key);
    if (isMap(value)) return [{ line, fields: { ...fieldsOf(value), surface } }];
    if (isScalar(value) && value.value !== null)
      return [{ line, fields: { surface, spoken: value.source ?? value.value } }];
    problems.push(
      `line ${line}: expected how ${JSON.stringify(surface)} is spoken, got ${isScalar(value) ? 'nothing' : 'a list'}`,
    );
    return [];
  });
}

function fieldsOf(map: YAMLMap): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    map.items.map(({ key, value }) => [
      isScalar(key) ? String(key.value) : String(key),
      isSeq(value)
        ? value.items.map((item) => (isScalar(item) ? (item.source ?? item.value) : item))
        : isScalar(value)
          ? scalarOf(value)
          : value,
    ]),
  );
}

/** `1` and `no` as they are written; `true` and `false` as what they are. */
function scalarOf({
  value,
  source,
}: {
  readonly value: unknown;
  readonly source?: string | undefined;
}): unknown {
  return typeof value === 'number' ? (source ?? value) : value;
}

function csvRows(text: string, problems: string[]): readonly Row[] {
  const records = csvRecords(text.replace(/^\ufeff/, ''), problems);
  const [head, ...body] = records;
  const names = head?.cells.map((cell) => cell.trim().toLowerCase()) ?? [];
  if (!names.includes('surface') || !(names.includes('spoken') || names.includes('phonemes'))) {
    problems.push(
      `line 1: expected a first line with the names ${FIELDS.join(',')} (surface and spoken at least)`,
    );
    return [];
  }
  return body
    .filter(({ cells }) => cells.some((cell) => cell.trim() !== ''))
    .flatMap(({ line, cells }) => {
      if (cells.length > names.length) {
        problems.push(
          `line ${line}: expected ${names.length} fields, got ${cells.length}; put " around a field with a comma`,
        );
        return [];
      }
      const fields = names.map((name, index) => [name, cells[index]?.trim() ?? ''] as const);
      return [{ line, fields: Object.fromEntries(fields.filter(([, value]) => value !== '')) }];
    });
}

/** RFC 4180: fields in quotes may hold commas, line breaks and doubled quotes. */
function csvRecords(
  text: string,
  problems: string[],
): readonly { readonly line: number; readonly cells: readonly string[] }[] {
  const records: { line: number; cells: string[] }[] = [];
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|\r|$)/y;
  let line = 1;
  let record: { line: number; cells: string[] } = { line, cells: [] };
  while (field.lastIndex < text.length) {
    const at = field.lastIndex;
    const match = field.exec(text);
    if (match === null) {
      problems.push(`line ${line}: a " that does not enclose the whole field, or is not closed`);
      return records;
    }
    record.cells.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '');
    line += text.slice(at, field.lastIndex).match(/\r?\n|\r/g)?.length ?? 0;
    if (match[3] === ',') continue;
    records.push(record);
    record = { line, cells: [] };
  }
  if (record.cells.length > 0) records.push(record);
  return records;
}

function entryOf({ line, fields }: Row, problems: string[]): DictionaryEntry | undefined {
  const before = problems.length;
  const wrong = (expected: string, got: unknown): void => {
    problems.push(`line ${line}: expected ${expected}, got ${JSON.stringify(got) ?? 'nothing'}`);
  };
  for (const name of Object.keys(fields))
    if (!FIELDS.includes(name)) wrong(`only ${FIELDS.join(', ')}`, name);
  const surface = typeof fields['surface'] === 'string' ? normalForm(fields['surface']) : '';
  if (surface === '' || surface.length > MAX_SURFACE_CHARACTERS)
    wrong(`a surface of 1 to ${MAX_SURFACE_CHARACTERS} characters`, fields['surface']);
  const phonemes = phonemesOf(fields['phonemes']);
  if (phonemes === 'wrong') wrong('phonemes as a list or divided by blanks', fields['phonemes']);
  const spoken = fields['spoken'] ?? (phonemes === undefined ? undefined : surface);
  if (typeof spoken !== 'string' || spoken.length > MAX_SPOKEN_CHARACTERS)
    wrong(`spoken, a text of at most ${MAX_SPOKEN_CHARACTERS} characters (in quotes)`, fields['spoken']);
  const language = fields['language'];
  if (language !== undefined && !isRunLanguage(language)) wrong('language ja, en or other', language);
  const letterCase = fields['case'] ?? (/\p{Lu}/u.test(surface) ? 'exact' : 'any');
  if (letterCase !== 'exact' && letterCase !== 'any') wrong('case exact or any', letterCase);
  const word = { true: true, false: false, '': true }[String(fields['word'] ?? '')];
  if (word === undefined) wrong('word true or false', fields['word']);
  if (problems.length > before || typeof spoken !== 'string' || phonemes === 'wrong') return undefined;
  return {
    surface,
    spoken: spoken.replace(/\s+/g, ' '),
    isCaseExact: letterCase === 'exact',
    isWholeWord: word ?? true,
    ...(phonemes === undefined ? {} : { phonemes }),
    ...(isRunLanguage(language) ? { language } : {}),
  };
}

/** As the text looks when the dictionary is asked. */
function normalForm(surface: string): string {
  const mapped = MappedText.of(surface);
  return inOneLine(mapped.rewritten(characterForms(surface)).text);
}

function phonemesOf(given: unknown): readonly string[] | undefined | 'wrong' {
  if (given === undefined) return undefined;
  const names = typeof given === 'string' ? given.trim().split(/\s+/) : given;
  const areNames =
    Array.isArray(names) &&
    names.length > 0 &&
    names.every((name) => typeof name === 'string' && /^[A-Za-z]{1,4}$/.test(name));
  return areNames ? names : 'wrong';
}

function isRunLanguage(value: unknown): value is RunLanguage {
  return value === 'ja' || value === 'en' || value === 'other';
}
