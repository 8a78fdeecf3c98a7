/** Readers of what is exported, made from the formats' descriptions and sharing nothing with the writers. */

/** RFC 4180. */
export function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = '';
  let isQuoted = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at] ?? '';
    if (isQuoted) {
      if (character !== '"') cell += character;
      else if (text[at + 1] === '"') cell += text[++at];
      else isQuoted = false;
    } else if (character === '"' && cell === '') isQuoted = true;
    else if (character === ',') {
      row.push(cell);
      cell = '';
    } else if (character === '\r' && text[at + 1] === '\n') {
      at++;
      rows.push([...row, cell]);
      row = [];
      cell = '';
    } else if (character === '"' || character === '\n' || character === '\r') {
      throw new Error(`A bare ${JSON.stringify(character)} at ${at}`);
    } else cell += character;
  }
  if (isQuoted || cell !== '' || row.length > 0) throw new Error('The last row has no end');
  return rows;
}

export interface GridTier {
  readonly type: string;
  readonly name: string;
  readonly xmin: number;
  readonly xmax: number;
  readonly entries: readonly { readonly from: number; readonly to: number; readonly text: string }[];
}

/** As Praat reads the long and the short form alike: only numbers, quoted texts and flags count, everything else is a comment. */
export function parseTextGrid(text: string): {
  readonly xmin: number;
  readonly xmax: number;
  readonly tiers: GridTier[];
} {
  const tokens = [
    ...text.matchAll(/"((?:[^"]|"")*)"|<exists>|(?<=[\s=:]|^)-?\d+(?:\.\d+)?(?:e-?\d+)?(?=\s|$)/gm),
  ].map(([all, quoted]) => (quoted === undefined ? all : quoted.replaceAll('""', '"')));
  const next = (): string => {
    const token = tokens.shift();
    if (token === undefined) throw new Error('The file ends too early');
    return token;
  };
  if (next() !== 'ooTextFile' || next() !== 'TextGrid') throw new Error('No TextGrid');
  const [xmin, xmax] = [Number(next()), Number(next())];
  if (next() !== '<exists>') throw new Error('No tiers');
  const tiers: GridTier[] = [];
  for (let left = Number(next()); left > 0; left--) {
    const [type, name, from, to, size] = [next(), next(), Number(next()), Number(next()), Number(next())];
    const entries = Array.from({ length: size }, () => {
      const start = Number(next());
      return { from: start, to: type === 'IntervalTier' ? Number(next()) : start, text: next() };
    });
    tiers.push({ type, name, xmin: from, xmax: to, entries });
  }
  if (tokens.length > 0) throw new Error(`Left over: ${tokens.slice(0, 3)}`);
  return { xmin, xmax, tiers };
}

export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: Element[];
  text: string;
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Well-formed XML 1.0 without DTD, comments and CDATA; refuses everything else. */
export function parseXml(xml: string): Element {
  if (/[\0-\x08\x0B\x0C\x0E-\x1F\uFFFE\uFFFF]|[\uD800-\uDBFF](?![\uDC00-\uDFFF])/.test(xml))
    throw new Error('A character that XML cannot have');
  const root: Element = { name: '', attributes: {}, children: [], text: '' };
  const open = [root];
  const pattern = /<\?xml[^>]*\?>|<\/([^\s>]+)>|<([^\s/>]+)((?:\s+[^\s=]+="[^"<]*")*)\s*(\/?)>|([^<]+)/gy;
  for (let at = 0; at < xml.length; at = pattern.lastIndex) {
    pattern.lastIndex = at;
    const found = pattern.exec(xml);
    if (found === null) throw new Error(`Not well formed at ${at}: ${xml.slice(at, at + 60)}`);
    const [, closing, opening, attributes = '', isEmpty, text] = found;
    const parent = open.at(-1) ?? root;
    if (closing !== undefined && open.pop()?.name !== closing)
      throw new Error(`</${closing}> closes nothing`);
    if (text !== undefined) parent.text += unescaped(text);
    if (opening === undefined) continue;
    const pairs = [...attributes.matchAll(/([^\s=]+)="([^"]*)"/g)];
    const element: Element = {
      name: opening,
      attributes: Object.fromEntries(pairs.map(([, name = '', value = '']) => [name, unescaped(value)])),
      children: [],
      text: '',
    };
    parent.children.push(element);
    if (isEmpty === '') open.push(element);
  }
  const [document, second] = root.children;
  if (open.length !== 1 || document === undefined || second !== undefined)
    throw new Error('Not one document');
  return document;
}

function unescaped(text: string): string {
  if (/&(?!(?:amp|lt|gt|quot|apos|#\d+);)/.test(text)) throw new Error(`A bare & in ${text}`);
  return text.replace(/&(#?\w+);/g, (_all, name: string) =>
    name.startsWith('#') ? String.fromCodePoint(Number(name.slice(1))) : (ENTITIES[name] ?? ''),
  );
}
