"""What followupd costs, each time beside a floor or a peer that is measured in the same run."""
