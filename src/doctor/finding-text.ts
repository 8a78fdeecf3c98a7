import type { Finding, FindingText, Language } from './finding.js';
import { FINDING_TEXTS } from './texts/finding-texts.js';
import type { TextRow } from './texts/text-row.js';

/**
 * A finding for people.
 *
 * @returns Sentences of one line; where the id is not known, as from a newer daemon, the id and its values.
 */
export function findingText(finding: Finding, language: Language): FindingText {
  const rows: Readonly<Record<string, TextRow>> = FINDING_TEXTS;
  const row = Object.hasOwn(rows, finding.id) ? rows[finding.id] : undefined;
  if (row === undefined) return { text: `${finding.id} ${JSON.stringify(finding.values)}`, remedy: '' };
  const { text, remedy } = row[language];
  return { text: filled(text, finding), remedy: filled(remedy, finding) };
}

function filled(template: string, { values }: Finding): string {
  return template.replace(/\{([a-zA-Z]+)\}/g, (place, name: string) =>
    // Values come from files and other programs: they must not forge lines or move the cursor.
    Object.hasOwn(values, name) ? String(values[name]).replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ') : place,
  );
}
