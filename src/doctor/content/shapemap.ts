/** What a shapemap assigns. */
export interface Shapemap {
  /** LIP_A and so on → morph. */
  readonly lips: ReadonlyMap<string, string>;
  /** Names with which EXMORPH can be told: the part behind EXMORPH_ → morph. */
  readonly exMorphs: ReadonlyMap<string, string>;
  /** Keys that MMDAgent-EX does not see, because a tab or a byte order mark stands beside them. */
  readonly hidden: readonly string[];
  readonly isUtf8: boolean;
}

/** The shapes MMDAgent-EX opens the mouth with when it listens to the sound by itself. */
export const LIP_KEYS = ['LIP_A', 'LIP_I', 'LIP_U', 'LIP_O'] as const;

/**
 * Reads a shapemap as MMDAgent-EX does: `KEY VALUE`, separated by blanks and not by tabs; the first line of a key counts.
 *
 * @source MMDAgent-EX ShapeMap.cpp load()
 */
export function parseShapemap(bytes: Uint8Array): Shapemap {
  const { text, isUtf8 } = decode(bytes);
  const lips = new Map<string, string>();
  const exMorphs = new Map<string, string>();
  const hidden: string[] = [];
  for (const line of text.split(/\r?\n/)) {
    const seen = /^[\uFEFF\t]*((?:LIP|EXMORPH)_[^ \t]+)/.exec(line)?.[1];
    const [key = '', value = ''] = line.split(/[ \r\n]+/).filter((word) => word !== '');
    if (seen !== undefined && (seen !== key || value === '')) hidden.push(seen);
    if (value === '' || key.startsWith('#')) continue;
    if (key.startsWith('LIP_') && !lips.has(key)) lips.set(key, value);
    if (key.startsWith('EXMORPH_') && !exMorphs.has(key)) exMorphs.set(key.slice(8), value);
  }
  return { lips, exMorphs, hidden, isUtf8 };
}

function decode(bytes: Uint8Array): { readonly text: string; readonly isUtf8: boolean } {
  try {
    // The byte order mark is kept: MMDAgent-EX takes it for a part of the first word.
    return { text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes), isUtf8: true };
  } catch {
    return { text: new TextDecoder('shift_jis').decode(bytes), isUtf8: false };
  }
}
