import { expect } from 'chai';
import fc from 'fast-check';
import { fitAccent, measureContrast } from './accent.ts';

/** The two colours of a `light-dark(...)`. */
function readPair(value: string | undefined): readonly [string, string] {
  const [light = '', dark = ''] = value?.match(/#[0-9a-f]{6}/g) ?? [];
  return [light, dark];
}

describe('fitAccent', () => {
  it('leaves a colour as it was picked where it can be read', () => {
    const [, dark] = readPair(fitAccent('#ff8a4c')?.['--accent']);
    const [light] = readPair(fitAccent('#b93c0a')?.['--accent']);
    expect([light, dark]).to.deep.equal(['#b93c0a', '#ff8a4c']);
  });

  it('makes every colour one that text on it can be read on, and that can be read itself', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffffff }), (number) => {
        const fitted = fitAccent(`#${number.toString(16).padStart(6, '0')}`);
        for (const name of ['--accent', '--accent-hover', '--accent-pressed']) {
          const [light, dark] = readPair(fitted?.[name]);
          expect(measureContrast(light, '#ffffff'), `${name}, light`).to.be.at.least(4.5);
          expect(measureContrast(dark, '#1a1520'), `${name}, dark`).to.be.at.least(4.5);
        }
        const [light, dark] = readPair(fitted?.['--accent-text']);
        expect(measureContrast(light, '#ded3c3')).to.be.at.least(4.5);
        expect(measureContrast(dark, '#3b3047')).to.be.at.least(4.5);
      }),
    );
  });

  it('takes nothing else for a colour', () => {
    for (const value of ['', 'red', '#fff', '#12345g', 'url(x)'])
      expect(fitAccent(value)).to.equal(undefined);
  });
});
