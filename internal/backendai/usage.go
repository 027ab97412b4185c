package backendai

import (
	"context"
	"encoding/json"
	"time"
)

// UsagePerMonth is what projects used in a month ("202611"), as the manager writes it; for admins.
func (c *Client) UsagePerMonth(ctx context.Context, month string, groupIDs []string) (json.RawMessage, error) {
	if _, err := time.Parse("200601", month); err != nil {
		return nil, misuse("%s is no month: write 202611", quote(month))
	}
	if len(groupIDs) == 0 {
		return nil, misuse("the usage of a month needs the ids of projects")
	}
	q := query{"month", month}
	for _, id := range groupIDs {
		q = append(q, "group_ids", id)
	}
	return c.usage(ctx, "/resource/usage/month", q)
}

// UsagePerPeriod is what a project used from one day to another ("20261101"); for admins.
func (c *Client) UsagePerPeriod(ctx context.Context, groupID, from, to string) (json.RawMessage, error) {
	for _, day := range []string{from, to} {
		if _, err := time.Parse("20060102", day); err != nil {
			return nil, misuse("%s is no day: write 20261101", quote(day))
		}
	}
	return c.usage(ctx, "/resource/usage/period", query{"group_id", groupID, "start_date", from, "end_date", to})
}

// UserUsage is what the caller used in the last 30 days, in steps of 15 minutes.
func (c *Client) UserUsage(ctx context.Context) (json.RawMessage, error) {
	return c.usage(ctx, "/resource/stats/user/month", nil)
}

// SiteUsage is what everybody used in the last 30 days; for super admins.
func (c *Client) SiteUsage(ctx context.Context) (json.RawMessage, error) {
	return c.usage(ctx, "/resource/stats/admin/month", nil)
}

func (c *Client) usage(ctx context.Context, path string, q query) (json.RawMessage, error) {
	var out json.RawMessage
	err := c.get(ctx, call{op: "ask for the usage", method: "GET", path: path, query: q}, &out)
	return out, err
}
