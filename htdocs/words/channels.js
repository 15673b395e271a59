// The channels that alerts leave through, as people call them.

const CHANNELS = { smtp: "E-mail", telegram: "Telegram", slack: "Slack", webhook: "Webhook", log: "Log only" };

// One of a later version is shown by its name rather than not at all.
export const nameOfChannel = (channel) => CHANNELS[channel] ?? channel;
