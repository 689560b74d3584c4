import { allowsRedirect, type OAuthClient, type OAuthClients } from './clients.ts';
import { OAuthError } from './oauth-error.ts';
import { type GrantedScope, parseScope } from './scopes.ts';

export type ResponseMode = 'query' | 'fragment';

/** Where the answer to an authorization request goes. */
export interface AnswerAddress {
  readonly redirectUri: string;
  readonly responseMode: ResponseMode;
  readonly state: string | undefined;
}

/** An app asks to be signed in. */
export interface AuthorizationRequest extends GrantedScope, AnswerAddress {
  readonly client: OAuthClient;
  readonly codeChallenge: string;
  /** Whether whoever comes is to make an account first. */
  readonly wantsAccount: boolean;
  /** Whether nobody is to be asked anything. */
  readonly isSilent: boolean;
  /** The user name to propose. */
  readonly loginHint: string | undefined;
}

/** What is wrong with a request whose app and address are right: the app hears of it. */
export class RefusedRequest extends Error {
  override readonly name = 'RefusedRequest';
  readonly address: AnswerAddress;
  readonly reason: OAuthError;

  constructor(address: AnswerAddress, reason: OAuthError) {
    super(reason.message);
    this.address = address;
    this.reason = reason;
  }
}

/** SHA-256 in base64url. */
const CODE_CHALLENGE = /^[A-Za-z0-9_-]{43}$/;

/**
 * Reads the parameters of an authorization request.
 *
 * Source: Client-Server API v1.19, "Authorization code flow"; RFC 6749 section 4.1.1; RFC 7636.
 * @throws {OAuthError} for an app or an address that nobody may be sent back to.
 * @throws {RefusedRequest} for everything else.
 */
export async function readAuthorizationRequest(
  clients: OAuthClients,
  params: URLSearchParams,
): Promise<AuthorizationRequest> {
  const client = await clients.get(params.get('client_id') ?? '');
  const redirectUri = params.get('redirect_uri') ?? '';
  if (!allowsRedirect(client, redirectUri)) {
    throw new OAuthError('invalid_request', `${client.name} has not registered the address ${redirectUri}`);
  }
  const mode = params.get('response_mode') ?? 'query';
  const address: AnswerAddress = {
    redirectUri,
    responseMode: mode === 'fragment' ? 'fragment' : 'query',
    state: params.get('state') ?? undefined,
  };
  try {
    if (mode !== 'query' && mode !== 'fragment') throw invalid('response_mode must be query or fragment');
    return { ...address, ...readRest(client, params), client };
  } catch (error) {
    throw error instanceof OAuthError ? new RefusedRequest(address, error) : error;
  }
}

function readRest(
  client: OAuthClient,
  params: URLSearchParams,
): Omit<AuthorizationRequest, keyof AnswerAddress | 'client'> {
  if (params.get('response_type') !== 'code') {
    throw new OAuthError('unsupported_response_type', 'response_type must be code');
  }
  if (!client.metadata.grant_types.includes('authorization_code')) {
    throw new OAuthError('unauthorized_client', 'The app has not registered for authorization codes');
  }
  const codeChallenge = params.get('code_challenge') ?? '';
  if (params.get('code_challenge_method') !== 'S256' || !CODE_CHALLENGE.test(codeChallenge)) {
    throw invalid('A code_challenge with the method S256 is needed');
  }
  const prompts = (params.get('prompt') ?? '').split(' ');
  return {
    ...parseScope(params.get('scope') ?? ''),
    codeChallenge,
    wantsAccount: prompts.includes('create'),
    isSilent: prompts.includes('none'),
    loginHint: params.get('login_hint') ?? undefined,
  };
}

/** The address with which a browser brings the answer to the app. */
export function answerUrl(
  { redirectUri, responseMode, state }: AnswerAddress,
  answer: Readonly<Record<string, string>>,
): string {
  const fields = new URLSearchParams({ ...answer, ...(state !== undefined && { state }) });
  if (responseMode === 'fragment') return `${redirectUri}#${fields}`;
  return `${redirectUri}${redirectUri.includes('?') ? '&' : '?'}${fields}`;
}

function invalid(message: string): OAuthError {
  return new OAuthError('invalid_request', message);
}
