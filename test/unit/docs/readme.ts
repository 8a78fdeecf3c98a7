import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Language } from './tables.js';

export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
export const READMES: Readonly<Record<Language, string>> = { en: 'README.md', ja: 'README.ja.md' };
export const LANGUAGES = Object.keys(READMES) as Language[];

export interface CodeBlock {
  readonly language: string;
  readonly text: string;
  /** Line of the opening fence, from 1. */
  readonly line: number;
  /** The text of an HTML comment in the line before it. */
  readonly note: string;
}

export function readmeText(language: Language): string {
  return readFileSync(`${ROOT}${READMES[language]}`, 'utf8');
}

export function writeReadme(language: Language, text: string): void {
  writeFileSync(`${ROOT}${READMES[language]}`, text);
}

export function codeBlocks(text: string): CodeBlock[] {
  const lines = text.split('\n');
  const blocks: CodeBlock[] = [];
  for (let index = 0; index < lines.length; index++) {
    const [, language] = /^```(\w*)$/.exec(lines[index] ?? '') ?? [];
    if (language === undefined) continue;
    const end = lines.indexOf('```', index + 1);
    const [, note = ''] = /^<!-- (.*) -->$/.exec(lines[index - 1] ?? '') ?? [];
    blocks.push({ language, text: lines.slice(index + 1, end).join('\n'), line: index + 1, note });
    index = end;
  }
  return blocks;
}

/** What stands outside of code blocks. */
export function prose(text: string): string {
  return text.replace(/^```[\s\S]*?^```$/gm, '');
}

export function headings(text: string): { readonly level: number; readonly title: string }[] {
  return [...prose(text).matchAll(/^(#+) (.*)$/gm)].map(([, marks = '', title = '']) => ({
    level: marks.length,
    title,
  }));
}

/** A heading's address, as GitHub makes it. */
export function anchor(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M} _-]/gu, '')
    .replaceAll(' ', '-');
}

export interface ShellCommand {
  readonly env: Readonly<Record<string, string>>;
  /** Without the program's name. */
  readonly args: readonly string[];
  readonly text: string;
}

/** The calls of mmdagent-bridge in a README's shell blocks. */
export function bridgeCommands(text: string): ShellCommand[] {
  return codeBlocks(text)
    .filter(({ language }) => language === 'sh')
    .flatMap((block) => block.text.replaceAll('\\\n', ' ').split('\n'))
    .flatMap((line) => shellCommands(line));
}

function shellCommands(line: string): ShellCommand[] {
  const commands: ShellCommand[] = [];
  let words: string[] = [];
  const flush = (): void => {
    const start = words.findIndex((word) => !/^[A-Z_]+=/.test(word));
    const rest = start < 0 ? [] : words.slice(start).filter((word) => word !== 'npx');
    if (rest[0] === 'mmdagent-bridge') {
      const env = words.slice(0, start).map((word) => word.split(/=(.*)/s, 2) as [string, string]);
      commands.push({ env: Object.fromEntries(env), args: rest.slice(1), text: line.trim() });
    }
    words = [];
  };
  for (const [, single, double, plain = ''] of line.matchAll(/'([^']*)'|"([^"]*)"|([^\s'"]+)/g)) {
    if (plain.startsWith('#')) break;
    if (plain === '|' || plain === '&&') flush();
    else if (plain === '&' || /^[<>]/.test(plain)) break;
    else words.push(single ?? double ?? plain);
  }
  flush();
  return commands;
}
