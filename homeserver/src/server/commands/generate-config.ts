import { renderSampleConfiguration } from '../configuration/index.ts';

/** Prints the sample configuration, for `homeserver.yaml`. */
export async function generateConfig(): Promise<void> {
  process.stdout.write(renderSampleConfiguration());
}
