import { expect } from 'chai';
import { renderConfigurationPage, renderSampleConfiguration } from './configuration-texts.ts';
import { loadConfiguration } from './load-configuration.ts';
import { ALL_SETTINGS, environmentName, fileName, LATER_SETTINGS } from './settings.ts';

function loadFile(content: string) {
  const { configurationFile, ...configuration } = loadConfiguration({
    argv: ['--config', '/srv/sample.yaml'],
    env: {},
    workingDirectory: '/srv',
    readFile: () => content,
  });
  return configuration;
}

describe('the sample configuration', () => {
  it('changes nothing as it is', () => {
    expect(loadFile(renderSampleConfiguration())).to.deep.equal(loadFile(''));
  });

  it('shows every key with a value that can be used', () => {
    const uncommented = renderSampleConfiguration().replace(/^#(?=[a-z])/gm, '');
    expect(uncommented.match(/^[a-z0-9_]+(?=:)/gm)).to.deep.equal(
      ALL_SETTINGS.map(({ name }) => fileName(name)),
    );
    expect(loadFile(uncommented)).to.deep.include({ port: 8008, publicUrl: 'https://chat.example.org' });
  });

  it('has no line that is too long to read', () => {
    for (const line of renderSampleConfiguration().split('\n')) expect(line.length).to.be.at.most(110);
  });
});

describe('the configuration page', () => {
  it('names every key, those of later versions too', () => {
    const page = renderConfigurationPage();
    for (const { name } of ALL_SETTINGS) {
      expect(page).to.include(`### \`${fileName(name)}\``);
      expect(page).to.include(`\`${environmentName(name)}\``);
    }
    for (const { name } of LATER_SETTINGS) expect(page).to.include(`| \`${fileName(name)}\` |`);
  });
});
