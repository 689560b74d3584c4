import { openDialog } from '../../app/dialog-store.ts';
import type { PlainMessageKey } from '../../lib/i18n/messages.ts';
import { t } from '../../lib/i18n/translate.ts';
import { completeUserId, isUserId } from '../../lib/identifiers.ts';
import type { Mention } from '../../lib/markdown/to-matrix.ts';
import type { OutgoingText } from '../../matrix/build-message.ts';
import type { Gateway } from '../../matrix/gateway.ts';
import { readNow } from '../../matrix/store.ts';
import type { Permissions } from '../../matrix/types.ts';

/** What a command is given. */
export interface CommandContext {
  readonly gateway: Gateway;
  readonly channelId: string;
  /** The message that it was typed as. */
  readonly outgoing: OutgoingText;
  /** What stands behind its name. */
  readonly rest: string;
}

/** Something that is done by typing its name after a slash. */
export interface Command {
  readonly name: string;
  readonly label: PlainMessageKey;
  /** What to write behind it, for those who see it in the list. */
  readonly hint?: PlainMessageKey;
  readonly isAvailable?: (permissions: Permissions) => boolean;
  /** Does it; what it throws or rejects with is shown. */
  readonly perform: (context: CommandContext) => void | Promise<void>;
}

/** What is wrong with how a command was written. */
export class CommandError extends Error {}

const commands: readonly Command[] = [
  {
    name: 'me',
    label: 'command.me',
    hint: 'command.text',
    perform: (context) => say(context, context.rest, { isEmote: true }),
  },
  {
    name: 'shrug',
    label: 'command.shrug',
    hint: 'command.text',
    perform: (context) => say(context, `${context.rest} ¯\\_(ツ)_/¯`.trim(), { isPlain: true }),
  },
  {
    name: 'plain',
    label: 'command.plain',
    hint: 'command.text',
    perform: (context) => say(context, context.rest, { isPlain: true }),
  },
  {
    name: 'spoiler',
    label: 'command.spoiler',
    hint: 'command.text',
    perform: (context) => say(context, `||${requireText(context.rest)}||`),
  },
  {
    name: 'topic',
    label: 'command.topic',
    hint: 'command.text',
    isAvailable: ({ canSetTopic }) => canSetTopic,
    perform: ({ gateway, channelId, rest }) => gateway.communities.setTopic(channelId, rest),
  },
  {
    name: 'nick',
    label: 'command.nick',
    hint: 'command.name',
    perform: ({ gateway, rest }) => gateway.social.setDisplayName(requireText(rest)),
  },
  {
    name: 'date',
    label: 'date.jump',
    perform: ({ channelId }) => openDialog({ kind: 'jump-to-date', channelId }),
  },
  {
    name: 'poll',
    label: 'poll.create',
    perform: ({ channelId }) => openDialog({ kind: 'create-poll', channelId }),
  },
  {
    name: 'invite',
    label: 'command.invite',
    hint: 'command.person',
    isAvailable: ({ canInvite }) => canInvite,
    perform: (context) => context.gateway.communities.invite(context.channelId, readPerson(context).userId),
  },
  {
    name: 'kick',
    label: 'command.kick',
    hint: 'command.personReason',
    isAvailable: ({ canKick }) => canKick,
    perform: (context) => {
      const { userId, reason } = readPerson(context);
      return context.gateway.communities.kick(context.channelId, userId, reason);
    },
  },
  {
    name: 'ban',
    label: 'command.ban',
    hint: 'command.personReason',
    isAvailable: ({ canBan }) => canBan,
    perform: (context) => {
      const { userId, reason } = readPerson(context);
      return context.gateway.communities.ban(context.channelId, userId, reason);
    },
  },
  {
    name: 'unban',
    label: 'command.unban',
    hint: 'command.person',
    isAvailable: ({ canBan }) => canBan,
    perform: (context) => context.gateway.communities.unban(context.channelId, readPerson(context).userId),
  },
  {
    name: 'join',
    label: 'command.join',
    hint: 'command.address',
    perform: async ({ gateway, rest }) => {
      const { communities } = gateway;
      const address = requireText(rest);
      await communities.joinChannel(
        address.startsWith('#') ? await communities.resolveAlias(address) : address,
      );
    },
  },
  {
    name: 'part',
    label: 'command.part',
    perform: ({ gateway, channelId }) => gateway.communities.leaveChannel(channelId),
  },
];

/** The commands that one may use in a channel. */
export function listCommands(gateway: Gateway, channelId: string): readonly Command[] {
  const permissions = readNow(gateway.channel(channelId))?.permissions;
  if (!permissions) return [];
  return commands.filter(({ isAvailable }) => isAvailable?.(permissions) ?? true);
}

/**
 * Whether what is being typed is on its way to be a command. Nobody is told that somebody types one: most say nothing to
 * the channel, and a notice that ends after `/part` would come from outside.
 */
export function beginsCommand(text: string): boolean {
  return /^\s*\/(?!\/)/.test(text);
}

/** A text that begins with a slash: the name of a command and the rest. Two slashes, or one in a path, are text. */
export function parseCommand(text: string): { readonly name: string; readonly rest: string } | undefined {
  const match = /^\/([a-zA-Z]+)(?:\s+([\s\S]*))?$/.exec(text.trim());
  return match?.[1] === undefined ? undefined : { name: match[1].toLowerCase(), rest: match[2] ?? '' };
}

/** Does what a text commands; rejects with what is wrong, a command that there is not among it. */
export async function performCommand(
  gateway: Gateway,
  channelId: string,
  outgoing: OutgoingText,
): Promise<void> {
  const parsed = parseCommand(outgoing.text);
  const command = listCommands(gateway, channelId).find(({ name }) => name === parsed?.name);
  if (!parsed || !command) throw new CommandError(t('command.unknown', { name: parsed?.name ?? '' }));
  await command.perform({ gateway, channelId, outgoing, rest: parsed.rest.trim() });
}

function say(
  { gateway, channelId, outgoing }: CommandContext,
  text: string,
  form: Pick<OutgoingText, 'isEmote' | 'isPlain'> = {},
): void {
  gateway.messages.sendText(channelId, { ...outgoing, ...form, text: requireText(text) });
}

function requireText(text: string): string {
  if (text.trim() === '') throw new CommandError(t('command.needsText'));
  return text;
}

/** Whom a command names first, by a name that was picked or by a user ID, and what stands behind it. */
function readPerson({ gateway, outgoing, rest }: CommandContext): {
  readonly userId: string;
  readonly reason: string;
} {
  const named = findNamed(outgoing.mentions, rest);
  if (named) return { userId: named.userId, reason: rest.slice(named.name.length + 1).trim() };
  const [word = ''] = rest.split(/\s/);
  const userId = completeUserId(word, gateway.userId);
  if (word === '' || !isUserId(userId)) throw new CommandError(t('command.needsPerson'));
  return { userId, reason: rest.slice(word.length).trim() };
}

function findNamed(mentions: readonly Mention[], rest: string): Mention | undefined {
  return [...mentions]
    .sort((a, b) => b.name.length - a.name.length)
    .find(({ name }) => rest.startsWith(`@${name}`));
}
