/** One remembered turn as it stands in the file. */
export interface MemoryLine {
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly session: string;
  readonly user: string;
  readonly reply: string;
}

/** Of each side; what is longer is cut. */
const MAX_TEXT_CHARS = 2000;

export function memoryLine(line: MemoryLine): string {
  const { at, session, user, reply } = line;
  return `${JSON.stringify({ at, session, user: user.slice(0, MAX_TEXT_CHARS), reply: reply.slice(0, MAX_TEXT_CHARS) })}\n`;
}

/** Lines that are broken (a crash in the middle of one) are left out. */
export function readMemoryLines(text: string): MemoryLine[] {
  const lines: MemoryLine[] = [];
  for (const line of text.split('\n')) {
    const read = readLine(line);
    if (read !== undefined) lines.push(read);
  }
  return lines;
}

function readLine(line: string): MemoryLine | undefined {
  if (line.trim() === '') return undefined;
  try {
    const { at, session, user, reply } = JSON.parse(line) as Partial<MemoryLine>;
    if ([at, session, user, reply].some((value) => typeof value !== 'string')) return undefined;
    return { at, session, user, reply } as MemoryLine;
  } catch {
    return undefined;
  }
}
