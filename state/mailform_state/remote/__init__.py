"""States that a team shares: in a bucket (`objects`) or behind Terraform's HTTP protocol (`http_store`). Imported only
when a configuration names one."""
