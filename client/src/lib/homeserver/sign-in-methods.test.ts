import { expect } from 'chai';
import { readAuthMetadata } from './sign-in-methods.ts';

const told = {
  authorization_endpoint: 'https://hall.example/authorize',
  token_endpoint: 'https://hall.example/token',
  registration_endpoint: 'http://localhost:8080/register',
  code_challenge_methods_supported: ['S256'],
};

describe('readAuthMetadata', () => {
  it('knows where everything is', () => {
    expect(readAuthMetadata(told)).to.deep.equal({
      authorizationEndpoint: 'https://hall.example/authorize',
      tokenEndpoint: 'https://hall.example/token',
      registrationEndpoint: 'http://localhost:8080/register',
    });
  });

  for (const name of ['authorization_endpoint', 'token_endpoint', 'registration_endpoint'] as const) {
    for (const bad of ['javascript:alert(1)', 'data:text/html,hello', '/authorize', '', 7])
      it(`takes no ${name} that is ${JSON.stringify(bad)}`, () => {
        expect(readAuthMetadata({ ...told, [name]: bad })).to.equal(undefined);
      });
  }
});
