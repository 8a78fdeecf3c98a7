import { beforeAll, describe, expect, it } from 'vitest';
import { buildParser, parserWords } from '../../../src/cli/parser.js';
import { resolveConfig } from '../../../src/config/index.js';
import { bridgeCommands, LANGUAGES, prose, READMES, readmeText } from './readme.js';

interface Parsed {
  readonly error: Error | undefined;
  readonly output: string;
  readonly args: Readonly<Record<string, unknown>> | undefined;
}

/** Parses as the program does; runs nothing. */
async function parse(words: readonly string[]): Promise<Parsed> {
  let args: Parsed['args'];
  const parser = await buildParser((_run, chosen) => {
    args = chosen;
  });
  return new Promise((resolve) => {
    void parser.parse(parserWords(words), {}, (error, _args, output) =>
      resolve({ error: error ?? undefined, output, args }),
    );
  });
}

/** Command paths such as `daemon start`, and every flag of any of them, as `--help` tells them. */
async function readHelp(path: readonly string[], commands: Set<string>, flags: Set<string>): Promise<void> {
  const { output } = await parse([...path, '--help']);
  for (const [, flag = ''] of output.matchAll(/^ +--([a-z-]+)/gm)) flags.add(flag);
  const [, list = ''] = /^Commands:\n([\s\S]*?)\n\n/m.exec(output) ?? [];
  const names = [...list.matchAll(/^ {2}mmdagent-bridge ([a-z][a-z -]*[a-z])/gm)].map(
    ([, name = '']) => name,
  );
  for (const name of names.filter((candidate) => candidate !== path.join(' '))) {
    commands.add(name);
    await readHelp(name.split(' '), commands, flags);
  }
}

describe('README commands', () => {
  const commands = new Set<string>();
  const flags = new Set<string>();
  beforeAll(() => readHelp([], commands, flags));

  it('reads commands and flags from the help', () => {
    expect([...commands]).toEqual(expect.arrayContaining(['play', 'daemon start', 'config show']));
    expect([...flags]).toEqual(expect.arrayContaining(['json', 'link', 'timed', 'force']));
  });

  describe.each(LANGUAGES)('%s', (language) => {
    const text = readmeText(language);
    const lines = bridgeCommands(text);

    it('shows at least one line of every command', () => {
      const shown = lines.map(({ args }) => args.join(' '));
      const groups = [...commands].filter((name) =>
        [...commands].some((other) => other.startsWith(`${name} `)),
      );
      const missing = [...commands].filter(
        (name) => !groups.includes(name) && !shown.some((line) => `${line} `.startsWith(`${name} `)),
      );
      expect(missing).toEqual([]);
    });

    it.each(lines)('$text', async ({ args, env }) => {
      const parsed = await parse(args);
      expect(parsed.error?.message).toBeUndefined();
      if (parsed.args === undefined) {
        expect(parsed.output).not.toBe('');
        return;
      }
      const { warnings } = await resolveConfig({ flags: parsed.args, args, env });
      const isFine = (warning: string): boolean => warning.includes('without TLS') || args[0] === 'mdf';
      expect(warnings.filter((warning) => !isFine(warning))).toEqual([]);
    });

    it('keeps "-" for standard input', async () => {
      const dashed = lines.filter(({ args }) => args.includes('-'));
      expect(dashed.length).toBeGreaterThan(0);
      for (const { args } of dashed) {
        const { args: parsed } = await parse(args);
        const word = parsed?.['files'] ??
          parsed?.['messages'] ??
          parsed?.['text'] ?? [parsed?.['source'] ?? parsed?.['file']];
        expect(word, args.join(' ')).toEqual(['-']);
      }
    });

    it('names every flag there is, and no other', () => {
      const ours = lines.flatMap(({ args }) => args.filter((word) => word.startsWith('--')));
      const named = [prose(text), ...ours]
        .flatMap((part) => [...part.matchAll(/(?<![\w-])--([a-z][a-z-]*)/g)])
        .map(([, flag = '']) => flag)
        .map((flag) => (flags.has(flag) ? flag : flag.replace(/^no-/, '')));
      expect(
        named.filter((flag) => !flags.has(flag)),
        READMES[language],
      ).toEqual([]);
      const rest = [...flags].filter(
        (flag) => !named.includes(flag) && flag !== 'help' && flag !== 'version',
      );
      expect(rest, READMES[language]).toEqual([]);
    });
  });
});
