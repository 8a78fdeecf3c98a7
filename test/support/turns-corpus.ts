import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const FOLDER = join(dirname(fileURLToPath(import.meta.url)), '../../fixtures/turns');

export interface CorpusLine {
  readonly language: string;
  readonly text: string;
}

/** A file of fixtures/turns, without its `.tsv`. */
export function turnsCorpus(name: string): readonly CorpusLine[] {
  const lines = readFileSync(join(FOLDER, `${name}.tsv`), 'utf8').split('\n');
  return lines
    .filter((line) => line !== '')
    .map((line) => {
      const [language = '', text = ''] = line.split('\t');
      return { language, text };
    });
}
