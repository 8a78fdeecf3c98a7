import { type LinkSpec, parseLinkUrl } from '../../config/index.js';
import { checkMdf, type MdfOptions, mdfFor, patchMdf, patchMdfFile, readMdfFile } from '../../mdf/index.js';
import { type CommandContext, textArg } from '../context.js';
import { EXIT } from '../exit-codes.js';
import { printableJson } from '../printable.js';

/** `mdf [FILE]`: what MMDAgent-EX needs in its .mdf for a link: printed, checked against a file, or written into it. */
export async function mdf(context: CommandContext): Promise<number> {
  const { args, resolved } = context;
  const file = textArg(args, 'file');
  const host = textArg(args, 'host');
  const options: MdfOptions = host === undefined ? {} : { host };
  const link = firstLink(resolved.config.links);
  if (file === undefined) {
    const lines = mdfFor(link, options);
    if (args['json'] === true) context.print(printableJson({ link: link.name, lines }));
    else for (const line of lines) context.print(line);
    return EXIT.ok;
  }
  if (args['write'] === true) return write(context, file, link, options);
  const bytes = await readMdfFile(file);
  const findings = checkMdf(bytes, link, options);
  const { changes } = patchMdf(bytes, link, options);
  if (args['json'] === true) {
    context.print(printableJson({ findings, changes }));
    return EXIT.ok;
  }
  for (const finding of findings) context.print(`${finding.severity}: ${finding.message}`);
  for (const change of changes)
    context.print(`line ${change.line}: ${change.before === '' ? '' : `${change.before} → `}${change.after}`);
  context.say(
    changes.length === 0
      ? `${file} fits the link ${link.name}`
      : 'Nothing was written; say --write to write it',
  );
  return EXIT.ok;
}

async function write(
  context: CommandContext,
  file: string,
  link: LinkSpec,
  options: MdfOptions,
): Promise<number> {
  const { changes, backupPath } = await patchMdfFile(file, link, options);
  if (context.args['json'] === true) context.print(printableJson({ changes, backupPath }));
  else if (changes.length === 0) context.say(`${file} fitted already`);
  else
    context.say(
      `${file}: ${changes.length} lines changed${backupPath === undefined ? '' : `; the old file is ${backupPath}`}`,
    );
  return EXIT.ok;
}

function firstLink(links: readonly string[]): LinkSpec {
  return parseLinkUrl(links[0] ?? '');
}
