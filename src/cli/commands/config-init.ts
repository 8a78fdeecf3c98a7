import { writeFile } from 'node:fs/promises';
import { initialConfig } from '../../config/index.js';
import { BridgeError, errorText } from '../../runtime/index.js';
import { type CommandContext, textArg } from '../context.js';
import { EXIT } from '../exit-codes.js';

const STANDARD_FILE = 'mmdagent-bridge.yaml';

/** `config init`: writes a settings file in which every setting stands, commented. */
export async function configInit(context: CommandContext): Promise<number> {
  const file = textArg(context.args, 'file') ?? STANDARD_FILE;
  if (file === '-') {
    context.print(initialConfig().trimEnd());
    return EXIT.ok;
  }
  try {
    await writeFile(file, initialConfig(), { flag: context.args['force'] === true ? 'w' : 'wx' });
  } catch (error) {
    const isThere = (error as NodeJS.ErrnoException).code === 'EEXIST';
    throw new BridgeError(
      'BRIDGE_ERR_FILE_WRITE',
      isThere
        ? `Expected no file ${file}: it is there already. Name another, or add --force to write it anew.`
        : `Expected to write ${file}: ${errorText(error)}`,
      { cause: error },
    );
  }
  context.say(`Written: ${file}. Change it, then: mmdagent-bridge serve --config ${file}`);
  return EXIT.ok;
}
