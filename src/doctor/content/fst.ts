/** One arc of a dialogue script: what it waits for and what it sends. */
export interface FstArc {
  /** 1-based. */
  readonly line: number;
  readonly input: string;
  /** '' where a `+` line takes over the output of the line before. */
  readonly output: string;
}

export interface FstScript {
  readonly arcs: readonly FstArc[];
  /** Files named by %INCLUDE, relative to the content's folder. */
  readonly includes: readonly string[];
}

/**
 * Reads an FST as MMDAgent-EX does: `S1 S2 INPUT OUTPUT [VARIABLES]` on one line, or `S1 S2:` with indented
 * `[+]INPUT [OUTPUT]` lines below; blanks separate, quotes hold together. What it cannot understand it leaves out.
 *
 * @source MMDAgent-EX Plugin_VIManager VIManager.cpp loadFSTFile()
 */
export function parseFst(text: string): FstScript {
  const arcs: FstArc[] = [];
  const includes: string[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const trimmed = line.trimStart();
    if (trimmed === '' || trimmed.startsWith('#') || trimmed.startsWith('$')) continue;
    if (trimmed.startsWith('%')) {
      const included = /^%INCLUDE[\s(]*["']?([^"')]+?)["']?\s*\)?\s*$/.exec(trimmed)?.[1];
      if (included !== undefined) includes.push(included);
      continue;
    }
    const words = splitWords(trimmed);
    const [input, output = ''] = trimmed === line ? words.slice(2) : words;
    if (input === undefined) continue;
    arcs.push({ line: index + 1, input: input.replace(/^\+/, ''), output });
  }
  return { arcs, includes };
}

/** The message type that an input waits for: of plain inputs the part before `|`, of `@regular expressions@` likewise. */
export function inputType(input: string): string {
  const pattern = /^@(.*)@$/.exec(input)?.[1];
  if (pattern === undefined) return input.split('|')[0] ?? '';
  return (pattern.split(/\\?\|/)[0] ?? '').replaceAll('\\', '');
}

function splitWords(text: string): string[] {
  return [...text.matchAll(/(?:"[^"]*"?|'[^']*'?|[^\s"'])+/g)].map(([word]) => word.replace(/["']/g, ''));
}
